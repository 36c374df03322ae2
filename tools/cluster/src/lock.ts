// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';

import { PLAIN_ENV } from './commands.ts';
import type { Layout } from './layout.ts';

/** Lets others have what was locked. */
export type Release = () => Promise<void>;

/** How a directory is locked: alone or with others, waiting for it or not. */
export type How = 'alone' | 'shared' | 'alone-or-not-at-all';

const OPTIONS: Readonly<Record<How, readonly string[]>> = {
  alone: [],
  shared: ['--shared'],
  'alone-or-not-at-all': ['--nonblock'],
};

/**
 * Locks a directory. The kernel holds the lock for a child that ends with its input, so it is free again however we
 * end.
 *
 * @returns undefined when somebody else has it and it was not to be waited for
 */
export async function lock(directory: string, how: How): Promise<Release | undefined> {
  await mkdir(directory, { recursive: true });
  const holder = spawn('flock', [...OPTIONS[how], directory, 'sh', '-c', 'echo held; exec cat'], {
    env: PLAIN_ENV,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = once(holder, 'exit').then(() => 'ended' as const);
  const first = await Promise.race([once(holder.stdout, 'data'), ended]);
  if (first === 'ended' && how !== 'alone-or-not-at-all') throw new Error(`flock of ${directory} has failed`);
  if (first === 'ended') return undefined;
  return async () => {
    holder.stdin.end();
    await ended;
  };
}

/** Does something while nobody else changes the cluster: suites that start at once share one. */
export async function alone<T>(layout: Layout, work: () => Promise<T>): Promise<T> {
  const release = await lock(layout.lock, 'alone');
  try {
    return await work();
  } finally {
    await release?.();
  }
}
