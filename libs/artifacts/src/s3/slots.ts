// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

/** A number of places; who finds none waits for one. */
export interface Slots {
  /** Does a step in a place of its own. Rejects with the signal's reason when it aborts while waiting. */
  within<T>(signal: AbortSignal, step: () => Promise<T>): Promise<T>;
}

/** Bounds how much is in memory and on its way at once, whatever is stored in parallel. */
export function createSlots(count: number): Slots {
  let free = count;
  const waiting: (() => void)[] = [];
  const leave = (): void => {
    const next = waiting.shift();
    if (next === undefined) free += 1;
    else next();
  };
  const enter = async (): Promise<void> => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
  };
  return {
    within: async (signal, step) => {
      await enter();
      try {
        signal.throwIfAborted();
        return await step();
      } finally {
        leave();
      }
    },
  };
}
