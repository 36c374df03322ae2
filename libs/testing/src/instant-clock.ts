// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { Clock } from '@ims/runtime';

/**
 * Makes a clock on which nothing but sleeping takes time, and sleeping takes none of the machine's: budgets of attempts
 * are spent after the same number of them on a slow machine.
 */
export function createInstantClock(): Pick<Clock, 'monotonic' | 'sleep'> {
  let slept = 0;
  return {
    monotonic: () => slept,
    sleep: async (ms, signal) => {
      await Promise.resolve();
      signal?.throwIfAborted();
      slept += ms;
    },
  };
}
