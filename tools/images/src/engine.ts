// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';

/** What builds images here. */
export type Engine = 'podman' | 'docker';

/** What a program answered. */
export interface Answer {
  readonly succeeded: boolean;
  readonly stdout: string;
  /** The first line of what it complained. */
  readonly complaint: string;
}

/** Asks a program for something that takes no time. */
export function ask(program: string, ...args: readonly string[]): Answer {
  const { status, error, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  const complaint = error?.message ?? stderr.trim().split('\n')[0] ?? '';
  return { succeeded: status === 0, stdout: error === undefined ? stdout.trim() : '', complaint };
}

/**
 * Runs a program that tells of its progress by itself: all of it goes to standard error.
 *
 * @throws Error when it fails
 */
export async function follow(program: string, ...args: readonly string[]): Promise<void> {
  const child = spawn(program, args, { stdio: ['ignore', process.stderr, process.stderr] });
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`${program} ${args[0] ?? ''} failed with exit code ${String(code)}; see above`);
}

/**
 * The engine of this machine: the one that is asked for, else the first that answers.
 *
 * @throws Error with the mend when there is none
 */
export function findEngine(wanted: string | undefined): Engine {
  const engines = (['podman', 'docker'] as const).filter((name) => wanted === undefined || wanted === name);
  if (engines.length === 0) throw new Error(`--engine is podman or docker, not ${String(wanted)}`);
  // docker answers only when its daemon does.
  const found = engines.find((name) => ask(name, 'info').succeeded);
  if (found !== undefined) return found;
  throw new Error(
    `${engines.join(' or ')} is needed to build images: apt-get install podman, or start the docker daemon`,
  );
}

/** Whether the engine has an image already. */
export function hasImage(engine: Engine, image: string): boolean {
  return ask(engine, 'image', 'inspect', image).succeeded;
}
