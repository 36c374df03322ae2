// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

/** Wakes everybody who waits: at every event, and on a slow tick whatever the events are (the tick is the truth). */
export interface Pulse {
  /** Something may have changed. */
  beat(): void;
  /** Begins a wait; the tick runs as long as there is one. */
  join(): Waiter;
}

/** One wait. */
export interface Waiter {
  /**
   * Resolves at the first beat since the last call, at once when there was one already: what happens while an
   * evaluation runs is never missed.
   */
  next(): Promise<void>;
  leave(): void;
}

/** Makes a pulse; `onTick` is called at every tick, before the waiters are woken. */
export function createPulse(options: { tickMs: number; onTick: () => void }): Pulse {
  const waiters = new Set<() => void>();
  let timer: NodeJS.Timeout | undefined;
  const beat = (): void => {
    for (const wake of waiters) wake();
  };
  const tick = (): void => {
    options.onTick();
    beat();
  };
  return {
    beat,
    join: () => {
      const flag = createFlag();
      waiters.add(flag.raise);
      timer ??= setInterval(tick, options.tickMs);
      return {
        next: flag.lowered,
        leave: () => {
          waiters.delete(flag.raise);
          if (waiters.size > 0) return;
          clearInterval(timer);
          timer = undefined;
        },
      };
    },
  };
}

/** A flag that one party raises any number of times and one other takes down. */
function createFlag(): { raise: () => void; lowered: () => Promise<void> } {
  let raised = false;
  let resume: (() => void) | undefined;
  return {
    raise: () => {
      raised = true;
      resume?.();
    },
    lowered: async () => {
      if (!raised) {
        await new Promise<void>((resolve) => {
          resume = resolve;
        });
      }
      raised = false;
      resume = undefined;
    },
  };
}
