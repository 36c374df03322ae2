// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import { METRICS_PATH } from '@ims/contract';
import type { Logger } from '@ims/runtime';

/** What is served, and where. */
export interface ServerOptions {
  /** 0 for any that is free. */
  readonly port: number;
  readonly contentType: string;
  readonly text: () => Promise<string>;
  readonly logger: Logger;
  /** How long a client may take for all that it does. */
  readonly patienceMs: number;
}

/** A server that lives until it is disposed of, however little its clients think of it. */
export interface TextServer extends AsyncDisposable {
  /** The port; undefined when it cannot be had. */
  readonly listening: Promise<number | undefined>;
}

/** Prometheus needs one, and a second when it is two. */
const MOST_CONNECTIONS = 8;

const MOST_HEADER_BYTES = 8 * 1024;

/**
 * Serves one text by GET. The network is that of the user's shell: a client may be an enemy, and neither many of them nor
 * one that never ends costs more than a few sockets.
 */
export function serveText(options: ServerOptions): TextServer {
  const { port, logger, patienceMs } = options;
  const limits = { headersTimeout: patienceMs, requestTimeout: patienceMs, connectionsCheckingInterval: patienceMs };
  const server = createServer({ ...limits, maxHeaderSize: MOST_HEADER_BYTES }, listenerFor(options));
  server.maxConnections = MOST_CONNECTIONS;
  server.maxRequestsPerSocket = 1;
  // Of one who takes the answer byte by byte.
  server.timeout = patienceMs;
  // Whatever is still open keeps nobody from ending.
  server.on('connection', (socket) => socket.unref());
  const listening = opened(server, port, logger);
  return {
    listening,
    [Symbol.asyncDispose]: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

async function opened(server: Server, port: number, logger: Logger): Promise<number | undefined> {
  return await new Promise((resolve) => {
    let said = false;
    server.on('error', (error) => {
      if (!said) logger.warn({ err: error, port }, 'metrics cannot be served on this port; the job goes on without');
      said = true;
      resolve(undefined);
    });
    server.listen(port, () => {
      const address = server.address() as AddressInfo | null;
      logger.info({ port: address?.port }, 'metrics are served to Prometheus');
      resolve(address?.port);
    });
    server.unref();
  });
}

function listenerFor({ text, contentType }: ServerOptions): RequestListener {
  const refusalOf = (method = '', url = ''): { readonly status: number; readonly headers: object } | undefined => {
    if (url.split('?', 1)[0] !== METRICS_PATH) return { status: 404, headers: {} };
    return method === 'GET' ? undefined : { status: 405, headers: { allow: 'GET' } };
  };
  return (request, response) => {
    const answer = (status: number, headers: object, body: string): void => {
      response.writeHead(status, { 'content-length': Buffer.byteLength(body), connection: 'close', ...headers });
      response.end(body);
    };
    const refusal = refusalOf(request.method, request.url);
    if (refusal !== undefined) answer(refusal.status, refusal.headers, '');
    else void text().then((body) => answer(200, { 'content-type': contentType }, body));
  };
}
