// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { Readable } from 'node:stream';
import { request, type Dispatcher } from 'undici';

import { HttpProblem, problemOf } from './problem.ts';
import { nextHop, type Hop } from './redirects.ts';

/** An answer whose body is yet to be read. */
export interface Opened {
  /** The call that was answered, after redirects. */
  readonly hop: Hop;
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Readable;
}

/** What a call is sent with. */
export interface Sending {
  readonly dispatcher: Dispatcher;
  /** Ends the call, also while the body is read. */
  readonly signal: AbortSignal;
  /** Called before each request, the first one too. */
  readonly onHop?: () => void;
}

const MOST_REDIRECTS = 10;

/**
 * Sends a call and follows redirects until there is an answer.
 *
 * @throws HttpProblem; what aborted the signal
 */
export async function open(first: Hop, sending: Sending): Promise<Opened> {
  let hop = first;
  for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects += 1) {
    sending.onHop?.();
    const opened = await send(hop, sending);
    const next = nextHop(hop, { status: opened.status, location: opened.headers['location'] });
    if (next === undefined) return opened;
    discard(opened.body);
    hop = next;
  }
  throw new HttpProblem('redirects', first, `more than ${String(MOST_REDIRECTS)} redirects`);
}

/** Gives a body up that nobody reads to its end. */
export function discard(body: Readable): void {
  body.destroy();
}

async function send(hop: Hop, { dispatcher, signal }: Sending): Promise<Opened> {
  signal.throwIfAborted();
  try {
    const { statusCode, headers, body } = await request(hop.url, {
      dispatcher,
      method: hop.method,
      headers: hop.headers,
      body: hop.body ?? null,
      signal,
      // The caller's own bounds are finer than these.
      headersTimeout: 0,
      bodyTimeout: 0,
    });
    // It may break before anybody reads it; whoever reads it then learns of it.
    body.on('error', () => undefined);
    return { hop, status: statusCode, headers: flat(headers), body };
  } catch (error) {
    throw signal.aborted ? signal.reason : problemOf(error, hop, 'before the answer');
  }
}

function flat(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name.toLowerCase(),
      Array.isArray(value) ? value.join(', ') : (value ?? ''),
    ]),
  );
}
