// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { HttpProblem } from '@ims/http';
import { Failure } from '@ims/runtime';

/** What an unsuccessful call means for whoever made it. */
export type Verdict = 'transient' | 'gone' | 'conflict' | 'invalid' | 'refused';

/** A call that IMS did not do. */
export class ImsProblem extends Error {
  override readonly name = 'ImsProblem';
  readonly verdict: Verdict;
  /** When the server wants to be asked again, in milliseconds. */
  readonly retryAfterMs: number | undefined;
  /** The fields of the request that were not valid. */
  readonly fields: readonly string[];

  constructor(
    verdict: Verdict,
    message: string,
    more: { readonly retryAfterMs?: number | undefined; readonly fields?: readonly string[] } = {},
  ) {
    super(message);
    this.verdict = verdict;
    this.retryAfterMs = more.retryAfterMs;
    this.fields = more.fields ?? [];
  }
}

/** Whether the same call may pass later; a wrong secret too, since it can be put right while the job goes on. */
export function isPassing(error: unknown): boolean {
  if (error instanceof ImsProblem) return error.verdict === 'transient';
  return error instanceof HttpProblem || (error instanceof Failure && TOKEN_REASONS.has(error.reason));
}

const TOKEN_REASONS = new Set(['TokenUnavailable', 'TokenRefused', 'ConfigurationInvalid']);

/** Whether it is of no use that somebody waits for this call: people have to do something first. */
export function isHopeless(error: unknown): boolean {
  if (isUntrusted(error)) return true;
  if (error instanceof HttpProblem) return false;
  return !isPassing(error) || (error instanceof Failure && error.reason !== 'TokenUnavailable');
}

/** Whether a server is not trusted: IMS, or the token server when a token was asked for (H33). */
function isUntrusted(error: unknown): boolean {
  const problem = error instanceof Failure ? error.cause : error;
  return problem instanceof HttpProblem && problem.kind === 'certificate';
}

/** What a call that failed for good means for the job. */
export function failureOf(error: unknown): unknown {
  if (!(error instanceof ImsProblem || error instanceof HttpProblem)) return error;
  return new Failure(isPassing(error) ? 'ImsUnavailable' : 'ImsRefused', error.message, { cause: error });
}

/** What waiting in vain means for the job: whose fault it is, how long it was waited, and how to go on. */
export function outOfTime(what: string, boundMs: number, last: unknown): Failure {
  const reason = last instanceof Failure && TOKEN_REASONS.has(last.reason) ? last.reason : 'ImsUnavailable';
  const why = last instanceof Error ? `; the last answer: ${last.message}` : '';
  return new Failure(reason, `${what} did not come about within ${String(boundMs / 1000)} s${why}`, { cause: last });
}
