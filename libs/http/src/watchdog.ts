// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

/** A timer that aborts a signal; `arm` begins its time anew. */
export interface Watchdog {
  readonly signal: AbortSignal;
  arm(): void;
  disarm(): void;
}

/** Makes a watchdog that aborts with `reason` when it was armed and not disarmed for `ms`. */
export function createWatchdog(ms: number, reason: () => unknown): Watchdog {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const disarm = (): void => {
    clearTimeout(timer);
  };
  return {
    signal: controller.signal,
    arm: () => {
      disarm();
      timer = setTimeout(() => {
        controller.abort(reason());
      }, ms);
    },
    disarm,
  };
}
