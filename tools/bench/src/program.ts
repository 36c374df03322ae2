// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { NODE, onCleanup, SOURCE_TREE, type LogLine } from '@ims/testing';

/** A program that runs beside us, whose lines are known by the moment they arrived. */
export interface TimedProgram {
  readonly pid: number;
  /**
   * The moment (`performance.now()`) when the next line that the predicate likes arrives, from the call on.
   * Rejects, with what was said, when the program ends first.
   */
  next(likes: (line: LogLine) => boolean): Promise<number>;
  /** Every line of JSON so far. */
  readonly lines: readonly LogLine[];
  send(text: string): void;
  readonly ended: Promise<number | null>;
  stop(signal?: NodeJS.Signals): Promise<void>;
}

/** Where the programs lie as they ship, made anew by {@link buildBundles}. */
const BUNDLES = `${SOURCE_TREE}/.cache/bench`;

/** Bundles what is measured, so that it is never an old one. */
export async function buildBundles(): Promise<void> {
  await promisify(execFile)(NODE, [`${SOURCE_TREE}/tools/build/build.ts`, BUNDLES, 'ims-sshd', 'ims-agent']);
}

/** The program as it ships. */
export function bundleOf(name: 'ims-sshd' | 'ims-agent'): string {
  return `${BUNDLES}/${name}.mjs`;
}

/** A program of this tool that runs in a process of its own. */
export function helper(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url));
}

/** What an image of a program sets: its first line finds Node by the path, its compiled code is kept. */
const SHIPPED = {
  PATH: `${dirname(NODE)}:/usr/sbin:/usr/bin:/sbin:/bin`,
  MALLOC_ARENA_MAX: '1',
  MALLOC_TRIM_THRESHOLD_: '131072',
  NODE_COMPILE_CACHE: `${BUNDLES}/compile-cache`,
};

interface Waiting {
  readonly likes: (line: LogLine) => boolean;
  readonly resolve: (at: number) => void;
  readonly reject: (error: Error) => void;
}

/** Starts a program with the Node that ships. */
export function start(main: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): TimedProgram {
  const [command = NODE, ...words] = main.endsWith('.mjs') ? [main] : [NODE, main];
  const child = spawn(command, [...words, ...args], {
    env: { ...SHIPPED, ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const lines: LogLine[] = [];
  const waiting = new Set<Waiting>();
  let said = '';
  let rest = '';
  const take = (chunk: Buffer): void => {
    const at = performance.now();
    const parts = (rest + chunk.toString()).split('\n');
    rest = parts.pop() ?? '';
    for (const part of parts) {
      said = `${said}${part}\n`.slice(-4000);
      if (part.startsWith('{')) hear(JSON.parse(part) as LogLine, at);
    }
  };
  const hear = (line: LogLine, at: number): void => {
    lines.push(line);
    for (const one of [...waiting].filter(({ likes }) => likes(line))) {
      waiting.delete(one);
      one.resolve(at);
    }
  };
  child.stdout.on('data', take);
  child.stderr.on('data', take);
  const ended = once(child, 'exit').then(([code]) => {
    for (const one of waiting) one.reject(new Error(`${main} ended too early; it said:\n${said}`));
    return code as number | null;
  });
  const stop = async (signal: NodeJS.Signals = 'SIGTERM'): Promise<void> => {
    child.kill(signal);
    await ended;
  };
  onCleanup(async () => await stop('SIGKILL'));
  return {
    pid: child.pid ?? 0,
    lines,
    next: async (likes) => await new Promise((resolve, reject) => waiting.add({ likes, resolve, reject })),
    send: (text) => child.stdin.write(text),
    ended,
    stop,
  };
}

/** A line that tells of a phase. */
export function phase(name: string): (line: LogLine) => boolean {
  return (line) => line['phase'] === name;
}
