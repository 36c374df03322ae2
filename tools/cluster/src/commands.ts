// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { execFile } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** Long enough for an image of several gigabytes, short enough not to hang a test run for ever. */
const LONGEST_MS = 10 * 60_000;

/** What a program gets of the environment: programs of the cluster outlive the command that starts them. */
export const PLAIN_ENV = { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', HOME: '/root' };

/**
 * Runs a program to its end.
 *
 * @returns its standard output
 * @throws Error with what the program said, when it fails
 */
export async function run(program: string, ...args: readonly string[]): Promise<string> {
  try {
    const { stdout } = await execute(program, args, { env: PLAIN_ENV, timeout: LONGEST_MS, maxBuffer: 64 << 20 });
    return stdout;
  } catch (error) {
    const { stderr = '', message } = error as { stderr?: string; message: string };
    const said = stderr.trim() === '' ? message : stderr.trim();
    throw new Error(`${[program, ...args].join(' ')} failed: ${said}`, { cause: error });
  }
}

/** Runs a program whose failure is an answer too; true when it succeeds. */
export async function succeeds(program: string, ...args: readonly string[]): Promise<boolean> {
  return await run(program, ...args).then(
    () => true,
    () => false,
  );
}

/** Something that is waited for. */
export interface Wait {
  /** Ends the sentence "… in vain": `the API server to be ready`. */
  readonly what: string;
  readonly seconds: number;
  /** Undefined when it has come; otherwise why not. What it throws counts as why not, too. */
  readonly missing: () => Promise<string | undefined>;
  /** Something that makes waiting pointless; it rejects then. */
  readonly hopeless?: () => Promise<void>;
}

const EVERY_MS = 100;

/**
 * Waits for something that nobody announces.
 *
 * @throws Error that says what was missing to the last
 */
export async function waitFor(wait: Wait): Promise<void> {
  const until = performance.now() + wait.seconds * 1000;
  for (;;) {
    const missing = await wait.missing().catch((error: unknown) => messageOf(error));
    if (missing === undefined) return;
    await wait.hopeless?.();
    if (performance.now() > until)
      throw new Error(`waited ${String(wait.seconds)} s for ${wait.what} in vain: ${missing}`);
    await delay(EVERY_MS);
  }
}

/** Anything that was thrown, as one line. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
