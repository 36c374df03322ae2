// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { setTimeout as delay } from 'node:timers/promises';

/** Time as the domain sees it, so that tests can own it. */
export interface Clock {
  /** Wall clock, for what people read. Never compared. */
  now(): Date;
  /** Milliseconds that only grow, for every duration and bound. */
  monotonic(): number;
  /** Resolves after `ms`; rejects with the signal's reason when it aborts first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => new Date(),
  monotonic: () => performance.now(),
  sleep: async (ms, signal) => {
    try {
      await delay(ms, undefined, signal === undefined ? {} : { signal });
    } catch (error) {
      // Node has an error of its own for this.
      signal?.throwIfAborted();
      throw error;
    }
  },
};
