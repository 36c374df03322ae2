// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { Failure, systemClock, type Logger } from '@ims/runtime';

/** What a file system has left. */
export interface FreeSpace {
  readonly bytes: number;
  /** Left out by file systems that have no fixed number of them. */
  readonly inodes?: number | undefined;
}

/** How to look, and what must remain. */
export interface SpaceWatch {
  /** A directory on the file system that is watched. */
  readonly directory: string;
  readonly freeSpace: (directory: string) => Promise<FreeSpace>;
  /** What must remain for the journal, the status and the other container. */
  readonly margin: { readonly bytes: number; readonly inodes: number };
  readonly tickMs: number;
  readonly logger: Logger;
}

/**
 * Does `work` while the space is looked at, at once and then at every tick; work is aborted when too little remains,
 * before the disk is full for everybody on it (H16).
 *
 * @throws Failure NoSpace naming the file system and what remains
 */
export async function underSpaceWatch<T>(
  watch: SpaceWatch,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const low = new AbortController();
  const ended = new AbortController();
  const watching = lookUntil(watch, AbortSignal.any([signal, ended.signal]), (failure) => low.abort(failure));
  try {
    return await work(AbortSignal.any([signal, low.signal]));
  } finally {
    ended.abort();
    await watching;
  }
}

async function lookUntil(watch: SpaceWatch, signal: AbortSignal, onLow: (failure: Failure) => void): Promise<void> {
  try {
    while (!signal.aborted) {
      const failure = shortage(watch, await watch.freeSpace(watch.directory));
      if (failure !== undefined) {
        onLow(failure);
        return;
      }
      await systemClock.sleep(watch.tickMs, signal);
    }
  } catch (error) {
    // Not knowing is no reason to stop: mksquashfs itself notices a full disk.
    if (!signal.aborted) watch.logger.warn({ err: error }, `cannot watch the free space of ${watch.directory}`);
  }
}

function shortage(watch: SpaceWatch, free: FreeSpace): Failure | undefined {
  const { margin, directory } = watch;
  const inodes = free.inodes ?? Number.POSITIVE_INFINITY;
  if (free.bytes >= margin.bytes && inodes >= margin.inodes) return undefined;
  const left = `${mebibytes(free.bytes)}${free.inodes === undefined ? '' : ` and ${String(inodes)} inodes`}`;
  const needed = `${mebibytes(margin.bytes)} and ${String(margin.inodes)} inodes`;
  return new Failure('NoSpace', `packing was stopped: ${directory} has ${left} left, ${needed} must remain`);
}

function mebibytes(bytes: number): string {
  return `${(bytes / (1024 * 1024)).toFixed(1)} MiB`;
}
