// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout } from 'node:timers/promises';

const WRITE_BACK_MS = 100;

/**
 * Writes back what `work` has written so far while it goes on: with the disk and the processors busy at the same
 * time, little is left to wait for when the finished file is made durable.
 */
export async function writeBackDuring<T>(path: string, work: () => Promise<T>): Promise<T> {
  const ended = new AbortController();
  const writing = writeBackUntil(path, ended.signal);
  try {
    return await work();
  } finally {
    ended.abort();
    await writing;
  }
}

async function writeBackUntil(path: string, signal: AbortSignal): Promise<void> {
  for (;;) {
    await setTimeout(WRITE_BACK_MS, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return;
    // Only a head start: not there yet, or gone wrong, it is all done and said when the file is finished.
    await writeBack(path).catch(() => undefined);
  }
}

async function writeBack(path: string): Promise<void> {
  await using handle = await open(path, 'r');
  await handle.datasync();
}

/** Gives a finished file its name for good: after this neither bytes nor name are lost with the machine. */
export async function publishFile(temporary: string, path: string): Promise<void> {
  await sync(temporary);
  await rename(temporary, path);
  await sync(dirname(path));
}

async function sync(path: string): Promise<void> {
  await using handle = await open(path, 'r');
  await handle.sync();
}
