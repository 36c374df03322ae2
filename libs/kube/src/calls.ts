// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { Failure, withDeadline } from '@ims/runtime';

import { ApiRefusal } from './pod-api.ts';

/** Calls with a bound, one at a time. */
export interface Calls {
  /** @throws ApiRefusal, also for what nobody expected */
  make<T>(ms: number, work: (signal: AbortSignal) => Promise<T>): Promise<T>;
  /** Gives the call that is under way no more than this time. */
  hasten(ms: number): void;
  /** Ends the call that is under way, and all that come. */
  stop(): void;
}

/** Makes the calls of one reporter. */
export function createCalls(): Calls {
  const end = new AbortController();
  let current = new AbortController();
  return {
    make: async (ms, work) => {
      current = new AbortController();
      const signal = AbortSignal.any([end.signal, current.signal]);
      try {
        return await withDeadline({ ms, what: 'a call', signal }, work);
      } catch (error) {
        throw asRefusal(signal.aborted ? signal.reason : error);
      }
    },
    hasten: (ms) => {
      const call = current;
      setTimeout(() => {
        call.abort(new ApiRefusal('passing', 'the call was given up, since the job ends'));
      }, ms).unref();
    },
    stop: () => {
      end.abort(new ApiRefusal('passing', 'the program ends'));
    },
  };
}

/** What nobody expected is named by its class only: its text may hold what nobody may read (H34). */
export function asRefusal(error: unknown): ApiRefusal {
  if (error instanceof ApiRefusal) return error;
  if (error instanceof Failure) return new ApiRefusal('passing', error.message);
  return new ApiRefusal('passing', `an unexpected ${error instanceof Error ? error.name : typeof error}`);
}
