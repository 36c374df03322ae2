// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { Clock } from '@ims/runtime';

/** What comes after a step: another one at once, another one after so many milliseconds, or nothing until woken. */
export type Then = 'again' | 'nothing' | number;

/** Work that is done while there is some. */
export interface Loop {
  /** Something has changed: begins to work, and ends a wait early. */
  wake(): void;
  /** Resolves when there is nothing to do, or after `ms`; says which. */
  idle(ms: number): Promise<boolean>;
  /** Resolves when the step that runs has ended. No other follows. */
  stop(): Promise<void>;
}

/** Makes a loop that does one step at a time. A step never throws. */
export function createLoop(options: { readonly step: () => Promise<Then>; readonly clock: Clock }): Loop {
  const { step, clock } = options;
  let isBusy = false;
  let isStopped = false;
  let running: Promise<void> = Promise.resolve();
  let woken = new AbortController();
  const run = async (): Promise<void> => {
    let then: Then = 'again';
    while (then !== 'nothing' && !isStopped) {
      woken = new AbortController();
      then = await step();
      if (typeof then === 'number') await clock.sleep(then, woken.signal).catch(() => undefined);
      // What was wanted during the last step has to be looked at.
      if (then === 'nothing' && woken.signal.aborted) then = 'again';
    }
    isBusy = false;
  };
  return {
    wake: () => {
      woken.abort();
      if (isBusy || isStopped) return;
      isBusy = true;
      running = run();
    },
    idle: async (ms) => {
      const bound = new AbortController();
      const late = clock.sleep(ms, bound.signal).then(
        () => false,
        () => false,
      );
      const isIdle = await Promise.race([running.then(() => true), late]);
      bound.abort();
      return isIdle;
    },
    stop: async () => {
      isStopped = true;
      woken.abort();
      await running;
    },
  };
}
