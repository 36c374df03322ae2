// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { readFile } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';

/** What a program reads from its beginning to its end, and who hears how far it is. */
export interface ReadingProgress {
  /** Bytes; nothing is reported before they are known. */
  readonly total: Promise<number>;
  readonly onProgress: (done: number, total: number) => void;
  /** How often is looked, in milliseconds; 250 when left out. */
  readonly tickMs?: number | undefined;
}

const TICK_MS = 250;

/**
 * Reports how far a program is by the bytes that it has read, while `work` runs it and says which process it is. The bars
 * of mksquashfs and unsquashfs are of no use: into a pipe they are drawn only when a counter happens to be a round number.
 * Each step is reported once and the end never, since only the caller knows whether the program has done what it should.
 */
export async function withReadProgress<T>(
  progress: ReadingProgress,
  work: (onStarted: (pid: number) => void) => Promise<T>,
): Promise<T> {
  const ended = new AbortController();
  let reporting: Promise<void> | undefined;
  try {
    return await work((pid) => {
      reporting = reportUntil(progress, pid, ended.signal);
    });
  } finally {
    ended.abort();
    await reporting;
  }
}

async function reportUntil(progress: ReadingProgress, pid: number, signal: AbortSignal): Promise<void> {
  const { total, onProgress, tickMs = TICK_MS } = progress;
  const whole = await Promise.race([total, aborted(signal)]).catch(() => undefined);
  if (whole === undefined) return;
  const isOver = (): boolean => signal.aborted;
  for (let reported = -1; !isOver();) {
    // Libraries and what is compared a second time count as well: that much more is no end.
    const done = Math.min(await bytesReadBy(pid), whole - 1);
    if (done > reported && !isOver()) onProgress(done, whole);
    reported = Math.max(reported, done);
    await setTimeout(tickMs, undefined, { signal }).catch(() => undefined);
  }
}

async function aborted(signal: AbortSignal): Promise<undefined> {
  await new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    signal.addEventListener('abort', resolve, { once: true });
  });
  return undefined;
}

/** All that a process has read by calls so far (proc_pid_io(5)); -1 when it is gone, or the kernel does not count. */
async function bytesReadBy(pid: number): Promise<number> {
  const text = await readFile(`/proc/${String(pid)}/io`, 'latin1').catch(() => '');
  return Number(/^rchar: (\d+)$/m.exec(text)?.[1] ?? -1);
}
