// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';

import { PLAIN_ENV } from './commands.ts';
import type { Layout } from './layout.ts';

/**
 * Does something while nobody else changes the cluster: suites that start at once share one. The kernel holds the
 * lock for a child that ends with its input, so it is free again however we end.
 */
export async function alone<T>(layout: Layout, work: () => Promise<T>): Promise<T> {
  await mkdir(layout.lock, { recursive: true });
  const holder = spawn('flock', [layout.lock, 'sh', '-c', 'echo held; exec cat'], {
    env: PLAIN_ENV,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = once(holder, 'exit');
  try {
    await Promise.race([once(holder.stdout, 'data'), ended.then(() => Promise.reject(new Error('flock has failed')))]);
    return await work();
  } finally {
    holder.stdin.end();
    await ended.catch(() => undefined);
  }
}
