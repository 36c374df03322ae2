// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { Failure } from './failure.ts';

/**
 * Runs `work` under a signal that aborts with `signal`, and after `ms` at the latest.
 *
 * @throws Failure DeadlineExceeded naming `what` and the bound, when time ran out first.
 */
export async function withDeadline<T>(
  bound: { ms: number; what: string; signal?: AbortSignal },
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const late = new AbortController();
  const timer = setTimeout(() => {
    late.abort(new Failure('DeadlineExceeded', `${bound.what} took longer than ${String(bound.ms / 1000)} s`));
  }, bound.ms);
  const signals = bound.signal === undefined ? [late.signal] : [late.signal, bound.signal];
  try {
    return await work(AbortSignal.any(signals));
  } catch (error) {
    throw late.signal.aborted ? (late.signal.reason as Failure) : error;
  } finally {
    clearTimeout(timer);
  }
}
