// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { parseAddress } from './address.ts';
import { closeAgents, createAgents, type Agents } from './agents.ts';
import { callDirect, callPooled, type Caller } from './callers.ts';
import { open } from './open.ts';
import { HttpProblem } from './problem.ts';
import { readBytes, readText } from './read-body.ts';
import type { Hop } from './redirects.ts';
import type { Trust } from './trust.ts';
import { createWatchdog } from './watchdog.ts';

/** One call and what it may take. */
export interface HttpCall {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Absolute, http or https. */
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Connecting, redirects, headers and the whole body together take no longer, in milliseconds. */
  readonly deadlineMs: number;
  readonly signal: AbortSignal;
  /** The largest body that is taken; 1 MiB when left out. */
  readonly maxBytes?: number;
}

/** A whole answer, whatever its status. */
export interface HttpAnswer {
  readonly status: number;
  /** Names in lower case; values of a header that came twice joined by a comma. */
  readonly headers: Readonly<Record<string, string>>;
  /** The body as UTF-8. */
  readonly text: string;
}

/** A GET whose answer is read as it comes. */
export type HttpStreamCall = Pick<HttpCall, 'url' | 'headers' | 'signal'> & {
  /** The call ends when no byte, of headers or body, arrives for this time, in milliseconds. */
  readonly stallMs: number;
};

/** An answer that is read as it comes. */
export interface HttpStream {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /**
   * Can be read once; ends in an HttpProblem when bytes are missing. Its reader may be as slow as it likes; a piece is
   * good until the next one is asked for.
   */
  readonly body: AsyncIterable<Uint8Array>;
  /** Gives up what was not read; harmless afterwards. */
  close(): void;
}

/** An HTTP client. */
export interface Http {
  /**
   * Calls and reads the whole answer. Up to 10 redirects are followed, never from https to http; a call that changes
   * something only by 307 and 308. Another host gets no credentials.
   *
   * @throws HttpProblem when there is no whole answer; the signal's reason; Failure ConfigurationInvalid for an
   *   address that is none
   */
  request(call: HttpCall): Promise<HttpAnswer>;
  /** As {@link Http.request}, the body to be read by the caller. */
  stream(call: HttpStreamCall): Promise<HttpStream>;
  /** Ends what is still under way. */
  close(): Promise<void>;
}

const USUAL_LIMIT = 1024 * 1024;

/** What a client is made of. */
export interface HttpOptions {
  readonly trust: Trust;
  readonly userAgent: string;
  /**
   * Whether a connection serves more than one call; it does not when left out: one that is kept may be closed by the
   * server the moment the next call, which may be a POST, is sent.
   */
  readonly keepsConnections?: boolean;
}

/** Makes a client that trusts whom `trust` says (H33). It never tries again by itself. */
export function createHttp({ trust, userAgent, keepsConnections = false }: HttpOptions): Http {
  let made: Agents | undefined;
  const agents = (): Agents => (made ??= createAgents(trust, { keepAlive: keepsConnections }));
  const end = new AbortController();
  return {
    request: async (call) => await request(callPooled(agents()), hopOf(call, userAgent), call),
    stream: async (call) =>
      await stream(callDirect(trust), hopOf({ ...call, method: 'GET' }, userAgent), {
        ...call,
        signal: AbortSignal.any([call.signal, end.signal]),
      }),
    close: async () => {
      if (made !== undefined) closeAgents(made);
      end.abort(new Error('the HTTP client was closed'));
    },
  };
}

function hopOf(call: Pick<HttpCall, 'method' | 'url' | 'headers' | 'body'>, userAgent: string): Hop {
  const headers = { 'user-agent': userAgent, ...call.headers };
  return { method: call.method, url: parseAddress(call.url), headers, body: call.body };
}

async function request(caller: Caller, hop: Hop, call: HttpCall): Promise<HttpAnswer> {
  const watchdog = createWatchdog(
    call.deadlineMs,
    () => new HttpProblem('timed-out', hop, `no whole answer within ${seconds(call.deadlineMs)}`),
  );
  const signal = AbortSignal.any([call.signal, watchdog.signal]);
  watchdog.arm();
  try {
    const opened = await open(hop, { caller, signal });
    const text = await readText(opened, call.maxBytes ?? USUAL_LIMIT, signal);
    return { status: opened.status, headers: opened.headers, text };
  } finally {
    watchdog.disarm();
  }
}

async function stream(caller: Caller, hop: Hop, call: HttpStreamCall): Promise<HttpStream> {
  const watchdog = createWatchdog(
    call.stallMs,
    () => new HttpProblem('stalled', hop, `no byte for ${seconds(call.stallMs)}`),
  );
  const signal = AbortSignal.any([call.signal, watchdog.signal]);
  try {
    const opened = await open(hop, { caller, signal, onHop: () => watchdog.arm() });
    return {
      status: opened.status,
      headers: opened.headers,
      body: readBytes(opened, watchdog, signal),
      close: () => {
        opened.body.destroy();
      },
    };
  } finally {
    watchdog.disarm();
  }
}

function seconds(ms: number): string {
  return `${String(ms / 1000)} s`;
}
