// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { Clock } from '@ims/runtime';

/** A clock that stands until the test moves it. */
export interface FakeClock extends Clock {
  /** What was slept, in milliseconds, in order. */
  readonly sleeps: readonly number[];
  /** How many sleep now. */
  readonly sleeping: number;
  /** Moves on and wakes who has slept enough, the earliest first, letting each do its work. */
  advance(ms: number): Promise<void>;
  /** Sets the wall clock alone, as an administrator or NTP would. */
  setWallClock(now: Date): void;
}

interface Sleeper {
  readonly at: number;
  readonly wake: () => void;
}

/** Makes a clock that begins at 2026-01-01T00:00:00Z. */
export function createFakeClock(start = new Date('2026-01-01T00:00:00Z')): FakeClock {
  const sleepers = new Set<Sleeper>();
  const sleeps: number[] = [];
  let monotonic = 0;
  let offset = start.getTime();
  const earliest = (until: number): Sleeper | undefined =>
    [...sleepers].filter((sleeper) => sleeper.at <= until).sort((a, b) => a.at - b.at)[0];
  return {
    sleeps,
    get sleeping() {
      return sleepers.size;
    },
    now: () => new Date(offset + monotonic),
    monotonic: () => monotonic,
    sleep: async (ms, signal) => {
      signal?.throwIfAborted();
      sleeps.push(ms);
      await sleepIn(sleepers, monotonic + ms, signal);
    },
    advance: async (ms) => {
      const end = monotonic + ms;
      await settle();
      for (let next = earliest(end); next !== undefined; next = earliest(end)) {
        monotonic = Math.max(monotonic, next.at);
        sleepers.delete(next);
        next.wake();
        await settle();
      }
      monotonic = end;
    },
    setWallClock: (now) => {
      offset = now.getTime() - monotonic;
    },
  };
}

async function sleepIn(sleepers: Set<Sleeper>, at: number, signal?: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<undefined>();
  const sleeper = {
    at,
    wake: () => {
      resolve(undefined);
    },
  };
  const onAbort = (): void => {
    reject(signal?.reason as Error);
  };
  sleepers.add(sleeper);
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    await promise;
  } finally {
    sleepers.delete(sleeper);
    signal?.removeEventListener('abort', onAbort);
  }
}

/** Lets everything run that is able to. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) {
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
}
