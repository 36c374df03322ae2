// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import * as z from 'zod';

import type { Http, HttpAnswer } from '@ims/http';
import { jsonOf } from './plain-text.ts';
import { problemOfAnswer } from './refusals.ts';
import type { TokenSource } from './tokens.ts';
import { ImsProblem } from './verdict.ts';

/** What calls are made with. */
export interface CallOptions {
  readonly http: Http;
  /** `IMS_URL`: without a version. */
  readonly url: string;
  readonly tokens: TokenSource;
  /** One call takes no longer, in milliseconds. */
  readonly deadlineMs: number;
}

/** One call to IMS. */
export interface Call {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Below the address of IMS: `images/ID`. */
  readonly path: string;
  readonly body?: unknown;
  readonly signal: AbortSignal;
}

/** A site keeps thousands of images, some hundred bytes each. */
const LARGEST_ANSWER = 64 * 1024 * 1024;

/** Sends a call once, twice after a 401, and gives the answer of a success. @throws ImsProblem for any other */
export async function answerOf(call: Call, options: CallOptions): Promise<HttpAnswer> {
  const answer = await authorized(call, options);
  if (isSuccess(answer)) return answer;
  const problem = problemOfAnswer(nameOf(call), answer);
  if (problem.verdict !== 'gone' || (await isProvenGone(call, options))) throw problem;
  throw new ImsProblem('transient', `${problem.message} (its list does not bear that out)`);
}

/** A call in words: `PATCH jobs/ID`. */
export function nameOf({ method, path }: Call): string {
  return `${method} ${path}`;
}

function isSuccess({ status }: HttpAnswer): boolean {
  return status >= 200 && status <= 299;
}

const rows = z.array(z.unknown());

// What is gone is nobody's any more: a last status goes untold, and objects are taken away. The server below a wrong
// path says 404 as IMS does; only a list without the record proves that it is IMS who says it.
async function isProvenGone({ path, signal }: Call, options: CallOptions): Promise<boolean> {
  const [collection = '', id] = path.split('/');
  if (id === undefined) return false;
  const answer = await authorized({ method: 'GET', path: collection, signal }, options);
  const listed = rows.safeParse(jsonOf(answer.text));
  return isSuccess(answer) && listed.success && !listed.data.some((row) => isRecordOf(row, decodeURIComponent(id)));
}

function isRecordOf(row: unknown, id: string): boolean {
  return typeof row === 'object' && row !== null && 'id' in row && row.id === id;
}

async function authorized(call: Call, options: CallOptions): Promise<HttpAnswer> {
  const token = await options.tokens.token(call.signal);
  const answer = await sendOnce(call, token, options);
  if (answer.status !== 401) return answer;
  // It may have run out on the way, or been revoked (H13).
  options.tokens.reject(token);
  return await sendOnce(call, await options.tokens.token(call.signal), options);
}

async function sendOnce(call: Call, token: string, options: CallOptions): Promise<HttpAnswer> {
  const { http, url, deadlineMs } = options;
  const body = call.body === undefined ? undefined : JSON.stringify(call.body);
  return await http.request({
    method: call.method,
    url: `${url.replace(/\/+$/, '')}/${call.path}`,
    headers: {
      accept: 'application/json, application/problem+json',
      authorization: `Bearer ${token}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body }),
    deadlineMs,
    signal: call.signal,
    maxBytes: LARGEST_ANSWER,
  });
}
