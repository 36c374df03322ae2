// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import * as z from 'zod';

import { HttpProblem } from '@ims/http';
import { retryAfterOf } from '@ims/retry';
import { Failure } from '@ims/runtime';
import { complaintOf, jsonOf } from './plain-text.ts';

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

/** What a status means; every other below 500 from 400 on is refused, and all the rest is transient. */
const VERDICTS: Readonly<Record<number, Verdict>> = {
  // A new token has been tried already: the gateway may know its key later.
  401: 'transient',
  404: 'gone',
  408: 'transient',
  409: 'conflict',
  410: 'gone',
  422: 'invalid',
  425: 'transient',
  429: 'transient',
};

/** What only IMS itself can know. A gateway whose route or backend is away says 404 too, in HTML or JSON of its own. */
const OWN_VOICE: ReadonlySet<Verdict> = new Set<Verdict>(['gone', 'conflict', 'invalid']);

/** The problem+json of IMS: it repeats the status and has a title (contract §6.2). */
const ownProblem = z.looseObject({
  status: z.number(),
  title: z.string().min(1),
  errors: z.record(z.string(), z.unknown()).optional().catch(undefined),
});

/** An answer that is no success, as a problem; `call` is method and path. */
export function problemOfAnswer(
  call: string,
  answer: { readonly status: number; readonly text: string; readonly headers: Readonly<Record<string, string>> },
): ImsProblem {
  const { status, text, headers } = answer;
  const verdict = VERDICTS[status] ?? (status >= 400 && status < 500 ? 'refused' : 'transient');
  const parsed = ownProblem.safeParse(jsonOf(text));
  const own = parsed.success && parsed.data.status === status ? parsed.data : undefined;
  const message = `IMS answered ${String(status)} to ${call}: ${complaintOf(text)}`;
  return new ImsProblem(OWN_VOICE.has(verdict) && own === undefined ? 'transient' : verdict, message, {
    retryAfterMs: retryAfterOf(headers['retry-after']),
    fields: Object.keys(own?.errors ?? {}),
  });
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
