// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import pRetry from 'p-retry';

import { systemClock, type Clock, type Logger } from '@ims/runtime';

/** How often and how long something is tried again. */
export interface RetryPolicy {
  /** No further attempt begins after this time, in milliseconds. */
  readonly budgetMs: number;
  /** The first wait, in milliseconds; each further one is twice as long, with jitter. */
  readonly firstMs: number;
  /** No wait is longer than this, in milliseconds, but one that the server asks for. */
  readonly longestMs: number;
}

/** One step that may fail for a passing reason. */
export interface Retrying {
  /** What is done, for the log: `storing rootfs, part 3`. */
  readonly what: string;
  readonly policy: RetryPolicy;
  readonly isTransient: (error: unknown) => boolean;
  /** What the server said about when to come again, in milliseconds; waited for on top of the backoff. */
  readonly serverDelayMs?: (error: unknown) => number | undefined;
  readonly signal: AbortSignal;
  readonly logger: Logger;
  /** By which a server's own delay is waited out. */
  readonly clock?: Pick<Clock, 'monotonic' | 'sleep'> | undefined;
}

/** No server is waited for longer than this between two attempts, in milliseconds, whatever it says. */
const LONGEST_SERVER_DELAY_MS = 120_000;

/**
 * Does a step until it works, until it fails for good, or until the budget is spent; then it rejects with the last
 * error as it was thrown. Each failed attempt is a line in the log. Rejects with the signal's reason when aborted.
 *
 * @example
 * await retrying({ what: 'linking the manifest', policy, isTransient, signal, logger }, async () => await link());
 */
export async function retrying<T>(options: Retrying, step: (attempt: number) => Promise<T>): Promise<T> {
  const { what, policy, isTransient, serverDelayMs, signal, logger, clock = systemClock } = options;
  signal.throwIfAborted();
  const begun = clock.monotonic();
  const pauseFor = (asked: number): number =>
    Math.min(asked, LONGEST_SERVER_DELAY_MS, policy.budgetMs - (clock.monotonic() - begun));
  return await pRetry(async (attempt) => await wrapped(step, attempt), {
    retries: Number.POSITIVE_INFINITY,
    factor: 2,
    minTimeout: policy.firstMs,
    maxTimeout: policy.longestMs,
    maxRetryTime: policy.budgetMs,
    randomize: true,
    signal,
    shouldRetry: ({ error }) => isTransient(thrownBy(error)),
    onFailedAttempt: async ({ error, attemptNumber }) => {
      const thrown = thrownBy(error);
      if (!isTransient(thrown)) return;
      logger.warn({ err: thrown, attempt: attemptNumber }, `${what} failed for now and is tried again`);
      const ms = pauseFor(serverDelayMs?.(thrown) ?? 0);
      if (ms > 0) await clock.sleep(ms, signal);
    },
  }).catch((error: unknown) => {
    throw thrownBy(error);
  });
}

/** p-retry ends at once on a TypeError, which `fetch` also throws for a broken connection: so nothing reaches it bare. */
class Thrown extends Error {
  readonly thrown: unknown;
  constructor(thrown: unknown) {
    super('a step failed', { cause: thrown });
    this.thrown = thrown;
  }
}

async function wrapped<T>(step: (attempt: number) => Promise<T>, attempt: number): Promise<T> {
  try {
    return await step(attempt);
  } catch (error) {
    throw new Thrown(error);
  }
}

function thrownBy(error: unknown): unknown {
  return error instanceof Thrown ? error.thrown : error;
}
