// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';

import { onCleanup } from './cleanup.ts';
import { freePort } from './ports.ts';

/** What a server shows its clients for TLS, both in PEM. */
export interface ServerTls {
  readonly key: string | Buffer;
  readonly cert: string | Buffer;
}

/** A request that has come in whole. */
export interface WebRequest {
  readonly method: string;
  /** Without the query, not decoded. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** Fires when the server goes away before it has answered. */
  readonly gone: AbortSignal;
}

/** What is answered. */
export interface WebAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** How a server is away: nobody listens, or nobody answers. */
export type Away = 'refused' | 'silent';

/** A server on the loopback interface. */
export interface WebServer {
  /** `http://127.0.0.1:PORT` or the same with https. */
  readonly origin: string;
  /** Goes away: what is under way is dropped and not carried out. */
  pause(how?: Away): Promise<void>;
  /** Comes back at the same address. What came in while it was silent has been dropped. */
  resume(): Promise<void>;
  /** How many requests have come in since it fell silent. */
  held(): number;
  stop(): Promise<void>;
}

/** Starts a server that stops with the test. */
export async function startWebServer(options: {
  readonly tls?: ServerTls | undefined;
  readonly answer: (request: WebRequest) => Promise<WebAnswer>;
}): Promise<WebServer> {
  const { tls, answer } = options;
  const server = tls === undefined ? createServer() : createTlsServer({ key: tls.key, cert: tls.cert });
  // A connection that a client is about to use again is never closed under its hands: only a fault does that.
  server.keepAliveTimeout = 0;
  const port = await freePort();
  let away: Away | 'stopped' | undefined;
  let epoch = new AbortController();
  let held = 0;
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    if (away === 'silent') held += 1;
    else void respond({ request, response, answer, gone: epoch.signal });
  });
  const listen = async (): Promise<void> => {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
  };
  const drop = (): void => {
    epoch.abort(new Error('the server is away'));
    epoch = new AbortController();
    held = 0;
    server.closeAllConnections();
  };
  const close = async (): Promise<void> => {
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    drop();
    await closed;
  };
  const stop = async (): Promise<void> => {
    away = 'stopped';
    await close();
  };
  await listen();
  onCleanup(stop);
  return {
    origin: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${String(port)}`,
    pause: async (how = 'refused') => {
      away = how;
      if (how === 'silent') drop();
      else await close();
    },
    resume: async () => {
      if (away === undefined || away === 'stopped') return;
      drop();
      away = undefined;
      if (!server.listening) await listen();
    },
    held: () => held,
    stop,
  };
}

async function respond(exchange: {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly answer: (request: WebRequest) => Promise<WebAnswer>;
  readonly gone: AbortSignal;
}): Promise<void> {
  const { request, response, answer, gone } = exchange;
  try {
    const url = new URL(request.url ?? '/', 'http://server');
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece as Buffer);
    const { status, headers, body } = await answer({
      method: request.method ?? '',
      path: url.pathname,
      query: url.searchParams,
      headers: request.headers,
      body: Buffer.concat(pieces),
      gone,
    });
    response.writeHead(status, headers).end(body);
  } catch {
    // A request that was cut off, or a server that went away, has no answer.
    response.destroy();
  }
}
