// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { retrying, type RetryPolicy } from '@ims/retry';
import type { Clock, Logger } from '@ims/runtime';
import type { Call } from './outbox-file.ts';
import type { RecordWork } from './own-record.ts';
import { describeCall, perform } from './perform.ts';
import { isHopeless, isPassing } from './verdict.ts';

/** One queued call and how it fares. */
export interface Letter {
  readonly call: Call;
  readonly controller: AbortController;
  readonly done: Promise<string | undefined>;
  readonly settle: (outcome: { readonly result: string | undefined } | { readonly error: unknown }) => void;
  /** How many wait for it. */
  waiting: number;
  /** It is not wanted any more: it is not tried again. */
  dropped: boolean;
  /** An attempt is on its way. */
  sending: boolean;
  /** Resolves when no attempt follows any more; never rejects. */
  running: Promise<void> | undefined;
  lastError: unknown;
}

/** How letters are sent. */
export interface SendingOptions {
  readonly work: RecordWork;
  readonly retry: RetryPolicy;
  readonly logger: Logger;
  readonly clock?: Pick<Clock, 'monotonic' | 'sleep'> | undefined;
  /** Told after each attempt how it failed, undefined when it did not. */
  readonly onAttempt: (error: unknown) => void;
}

/** Makes a letter that has not been sent. */
export function createLetter(call: Call): Letter {
  const { promise, resolve, reject } = Promise.withResolvers<string | undefined>();
  // Often nobody waits for it.
  promise.catch(() => undefined);
  return {
    call,
    controller: new AbortController(),
    done: promise,
    settle: (outcome) => {
      if ('error' in outcome) reject(outcome.error);
      else resolve(outcome.result);
    },
    waiting: 0,
    dropped: false,
    sending: false,
    running: undefined,
    lastError: undefined,
  };
}

/** Sends a letter until it is accepted or can never be. */
export async function sendLetter(
  letter: Letter,
  { work, retry, logger, clock, onAttempt }: SendingOptions,
): Promise<string | undefined> {
  return await retrying(
    {
      what: describeCall(letter.call),
      policy: { ...retry, budgetMs: Number.POSITIVE_INFINITY },
      isTransient: (error) => !letter.dropped && isPassing(error) && !(letter.waiting > 0 && isHopeless(error)),
      signal: letter.controller.signal,
      logger,
      clock,
    },
    async () => {
      letter.sending = true;
      try {
        const result = await perform(letter.call, work, letter.controller.signal);
        onAttempt(undefined);
        return result;
      } catch (error) {
        letter.lastError = error;
        onAttempt(error);
        throw error;
      } finally {
        letter.sending = false;
      }
    },
  );
}
