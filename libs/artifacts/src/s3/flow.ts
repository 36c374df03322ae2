// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { systemClock, type Clock } from '@ims/runtime';

import { afterGeneration, afterSlowDown, beginWidth, type Width, type WidthBounds } from './width.ts';

/** What is on its way to a service, of all objects together. */
export interface Flow {
  /** Does a step when there is room for it. Rejects with the signal's reason when it aborts while waiting. */
  within<T>(signal: AbortSignal, step: () => Promise<T>): Promise<T>;
  /** One part more has arrived. */
  arrived(bytes: number): void;
  /** Begins an attempt; what it gives is called when the service says that it is asked too much. */
  attempt(): () => void;
  /** How many steps are let in at once. */
  readonly width: number;
  /** How many may be let in at once at some time. */
  readonly most: number;
}

/** Bounds what is on its way at once: more is let in while that makes it faster, less when the service is too busy. */
export function createFlow(bounds: WidthBounds, clock: Pick<Clock, 'monotonic'> = systemClock): Flow {
  let width = beginWidth(bounds);
  let under = 0;
  let slowedAt = Number.NEGATIVE_INFINITY;
  let generation = { left: width.parts, bytes: 0, begun: clock.monotonic() };
  const waiting: (() => void)[] = [];
  const admit = (): void => {
    while (under < width.parts && waiting.length > 0) {
      under += 1;
      waiting.shift()?.();
    }
  };
  const change = (next: Width): void => {
    width = next;
    generation = { left: width.parts, bytes: 0, begun: clock.monotonic() };
    admit();
  };
  const enter = async (): Promise<void> => {
    if (under === 0) generation = { ...generation, begun: clock.monotonic() };
    await new Promise<void>((resolve) => {
      waiting.push(resolve);
      admit();
    });
  };
  return {
    get width() {
      return width.parts;
    },
    most: bounds.most,
    arrived: (bytes) => {
      generation = { ...generation, left: generation.left - 1, bytes: generation.bytes + bytes };
      if (generation.left > 0) return;
      const ms = Math.max(1, clock.monotonic() - generation.begun);
      change(afterGeneration(width, generation.bytes / ms, bounds));
    },
    attempt: () => {
      const begun = clock.monotonic();
      return () => {
        // What was on its way before is told the same: it counts once.
        if (begun < slowedAt) return;
        slowedAt = clock.monotonic();
        change(afterSlowDown(width));
      };
    },
    within: async (signal, step) => {
      await enter();
      try {
        signal.throwIfAborted();
        return await step();
      } finally {
        under -= 1;
        admit();
      }
    },
  };
}
