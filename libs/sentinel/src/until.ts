// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { Waiter } from './pulse.ts';

/**
 * Evaluates at once and at every beat until there is a value; never two evaluations at a time.
 * An abort ends the wait at once, also while an evaluation hangs.
 */
export async function evaluateUntil<T>(
  evaluate: () => Promise<T | undefined>,
  waiter: Waiter,
  signal: AbortSignal,
): Promise<T> {
  const aborted = whenAborted(signal);
  try {
    // Inside, since whoever waits has to leave: one that stays would keep the program from ending.
    signal.throwIfAborted();
    for (;;) {
      const value = await Promise.race([evaluate(), aborted.promise]);
      if (value !== undefined) return value;
      await Promise.race([waiter.next(), aborted.promise]);
    }
  } finally {
    aborted.forget();
    waiter.leave();
  }
}

/** A promise that rejects with the signal's reason, and a way to take the listener off. */
function whenAborted(signal: AbortSignal): { promise: Promise<never>; forget: () => void } {
  const { promise, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => {
    reject(signal.reason as Error);
  };
  signal.addEventListener('abort', onAbort, { once: true });
  // Nobody may be listening at the moment of the abort.
  promise.catch(() => undefined);
  return {
    promise,
    forget: () => {
      signal.removeEventListener('abort', onAbort);
    },
  };
}
