// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { systemClock, type Clock, type Logger } from '@ims/runtime';

import { askedMsOf } from './answered-failure.ts';
import { backoffMs, type Waits } from './backoff.ts';

/** How often and how long something is tried again. */
export interface RetryPolicy extends Waits {
  /** No further attempt begins after this time, in milliseconds. */
  readonly budgetMs: number;
}

/** One step that may fail for a transient reason. */
export interface Retrying {
  /** What is done, for the log: `storing rootfs, part 3`. */
  readonly what: string;
  readonly policy: RetryPolicy;
  readonly isTransient: (error: unknown) => boolean;
  readonly signal: AbortSignal;
  readonly logger: Logger;
  /** By which the waits are waited out. */
  readonly clock?: Pick<Clock, 'monotonic' | 'sleep'> | undefined;
}

/**
 * Does a step until it works, until it fails permanently, or until the budget is spent; then it rejects with the last
 * error as it was thrown. Between two attempts it waits as {@link backoffMs} says, with what the error's
 * `retryAfterMs` asks for. Each failed attempt is a line in the log. Rejects with the signal's reason when aborted.
 *
 * @example
 * await retrying({ what: 'linking the manifest', policy, isTransient, signal, logger }, async () => await link());
 */
export async function retrying<T>(options: Retrying, step: (attempt: number) => Promise<T>): Promise<T> {
  const { what, policy, isTransient, signal, logger, clock = systemClock } = options;
  const begun = clock.monotonic();
  for (let attempt = 1; ; attempt += 1) {
    signal.throwIfAborted();
    try {
      const result = await step(attempt);
      signal.throwIfAborted();
      return result;
    } catch (error) {
      signal.throwIfAborted();
      if (!isTransient(error)) throw error;
      logger.warn({ err: error, attempt }, `${what} failed for now and is tried again`);
      const leftMs = policy.budgetMs - (clock.monotonic() - begun);
      if (leftMs <= 0) throw error;
      const failed = { failures: attempt, askedMs: askedMsOf(error), random: Math.random() };
      await clock.sleep(Math.min(backoffMs(failed, policy), leftMs), signal);
    }
  }
}
