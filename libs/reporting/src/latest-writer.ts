// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { systemClock } from '@ims/runtime';

/** Writes only the latest of many values. */
export interface LatestWriter<T> {
  /** Takes a value to be written; one that has not been begun yet is forgotten. Never throws. */
  offer(value: T): void;
  /** Resolves when the last value was written, or after `ms`. */
  flush(ms: number): Promise<void>;
}

/**
 * Makes a writer with one write in flight. `write` may fail: that is told to `onFailure` and changes nothing else,
 * since a job never waits for, or fails of, the telling.
 */
export function createLatestWriter<T>(
  write: (value: T) => Promise<void>,
  onFailure: (error: unknown) => void,
): LatestWriter<T> {
  let waiting: { readonly value: T } | undefined;
  let busy = false;
  let writing: Promise<void> = Promise.resolve();
  const drain = async (): Promise<void> => {
    while (waiting !== undefined) {
      const { value } = waiting;
      waiting = undefined;
      try {
        await write(value);
      } catch (error) {
        onFailure(error);
      }
    }
    busy = false;
  };
  return {
    offer: (value) => {
      waiting = { value };
      if (busy) return;
      busy = true;
      writing = drain();
    },
    flush: async (ms) => {
      const bound = new AbortController();
      const late = systemClock.sleep(ms, bound.signal).catch(() => undefined);
      await Promise.race([writing, late]);
      bound.abort();
    },
  };
}
