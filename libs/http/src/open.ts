// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { Caller } from './callers.ts';
import type { Opened } from './opened.ts';
import { HttpProblem, problemOf } from './problem.ts';
import { nextHop, type Hop } from './redirects.ts';

/** What a call is sent with. */
export interface Sending {
  readonly caller: Caller;
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
    opened.body.destroy();
    hop = next;
  }
  throw new HttpProblem('redirects', first, `more than ${String(MOST_REDIRECTS)} redirects`);
}

async function send(hop: Hop, { caller, signal }: Sending): Promise<Opened> {
  signal.throwIfAborted();
  const { request, takeBody } = caller(hop, signal);
  // A connection that breaks within the answer is told of here, too.
  request.on('error', () => undefined);
  try {
    const opened = await new Promise<Opened>((resolve, reject) => {
      request.once('error', reject).once('response', (answer) => {
        // It may break before anybody reads it; whoever reads it then learns of it.
        answer.on('error', () => undefined);
        const { statusCode: status = 0, headers } = answer;
        resolve({ hop, status, headers: flat(headers), body: takeBody(answer) });
      });
      request.end(hop.body);
    });
    return opened;
  } catch (error) {
    throw signal.aborted ? signal.reason : problemOf(error, hop, 'before the answer');
  }
}

function flat(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : (value ?? '')]),
  );
}
