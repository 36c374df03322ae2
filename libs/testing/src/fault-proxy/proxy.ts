// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { once } from 'node:events';
import { createServer as createHttp, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createHttps } from 'node:https';
import type { AddressInfo, Server, Socket } from 'node:net';

import type { Certificates } from '../certificates.ts';
import { onCleanup } from '../cleanup.ts';
import { createExchange, type Exchange, type SeenRequest } from './exchange.ts';
import { FAULTS } from './faults.ts';
import { pass } from './passing.ts';
import { createRules, type ActiveRule, type FaultRule } from './rules.ts';

/** Before what a proxy stands, and how it is reached. */
export interface FaultProxyOptions {
  /** `http://HOST:PORT`, or https. */
  readonly target: string;
  /** PEM of the authority that vouches for an https target. */
  readonly ca?: string;
  /** Speaks TLS with this certificate; plain HTTP when left out. */
  readonly tls?: Pick<Certificates, 'cert' | 'key'>;
  /** A port that the test has already; one that is free when left out. */
  readonly port?: number;
  /** An address of this machine, where others than this machine ask; loopback when left out. */
  readonly host?: string | undefined;
  /** Every answer comes so many milliseconds later, as it would from far away; none when left out. */
  readonly latencyMs?: number;
}

/** A proxy that passes everything on as it is, until a rule says otherwise. */
export interface FaultProxy extends AsyncDisposable {
  /** `http://HOST:PORT`, or https. */
  readonly url: string;
  readonly port: number;
  /** What has come in so far, in the order of arrival. */
  readonly requests: readonly SeenRequest[];
  /** Sets a rule; earlier ones come first. */
  on(rule: FaultRule): ActiveRule;
  /** Stops listening and breaks every connection, held ones too. */
  stop(): Promise<void>;
}

/** For ever: a test holds connections as long as it likes. */
const PATIENT = { requestTimeout: 0, headersTimeout: 0, keepAliveTimeout: 0 };

/**
 * Starts a proxy before a server. Requests are forwarded with their headers as they are, Host included,
 * so that signatures stay valid, and bodies pass as streams. {@link cleanUp} stops it.
 *
 * @example
 * const proxy = await startFaultProxy({ target: store.endpoint });
 * const rule = proxy.on({ fault: 'reset', when: 'after', method: 'PUT', path: /manifest\.json/, times: 1 });
 */
export async function startFaultProxy(options: FaultProxyOptions): Promise<FaultProxy> {
  const { tls, host = '127.0.0.1', latencyMs = 0 } = options;
  const server = tls === undefined ? createHttp(PATIENT) : createHttps({ ...PATIENT, cert: tls.cert, key: tls.key });
  const sockets = trackSockets(server);
  const rules = createRules();
  const requests: SeenRequest[] = [];
  const target = { url: new URL(options.target), ca: options.ca };
  const take = (request: IncomingMessage, response: ServerResponse, expectsContinue = false): void => {
    const reset = (): void => void sockets.get(request.socket.remotePort ?? 0)?.resetAndDestroy();
    const rule = rules.meet(request);
    const seen = seenAs(request, rule?.fault);
    requests.push(seen);
    void handle(createExchange({ request, response, target, expectsContinue, latencyMs, seen, reset }), rule);
  };
  server.on('request', take);
  server.on('checkContinue', (request, response) => {
    take(request, response, true);
  });
  server.listen(options.port ?? 0, host);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const stop = async (): Promise<void> => {
    await close(server, sockets);
  };
  onCleanup(stop);
  const url = `${tls === undefined ? 'http' : 'https'}://${host}:${String(port)}`;
  return { url, port, requests, on: (rule) => rules.add(rule), stop, [Symbol.asyncDispose]: stop };
}

/** The connections of clients below any TLS, by the client's port. */
function trackSockets(server: Server): ReadonlyMap<number, Socket> {
  const sockets = new Map<number, Socket>();
  server.on('connection', (socket) => {
    const port = socket.remotePort ?? 0;
    sockets.set(port, socket);
    socket.once('close', () => {
      if (sockets.get(port) === socket) sockets.delete(port);
    });
  });
  return sockets;
}

async function handle(exchange: Exchange, rule: FaultRule | undefined): Promise<void> {
  try {
    if (rule === undefined) await pass(exchange);
    else await FAULTS[rule.fault](exchange, rule);
  } catch (error) {
    // The client sees of a target that breaks what it would see without the proxy.
    exchange.seen.error = error instanceof Error ? error.message : String(error);
    exchange.abandon();
    exchange.reset();
  }
}

function seenAs({ method = '', url = '', headers }: IncomingMessage, fault: string | undefined): SeenRequest {
  const [path = '', ...query] = url.split('?');
  return {
    method,
    path,
    query: query.length === 0 ? '' : `?${query.join('?')}`,
    headers,
    fault,
    status: undefined,
    bytes: 0,
    delivered: 0,
    error: undefined,
  };
}

async function close(server: Server, sockets: ReadonlyMap<number, Socket>): Promise<void> {
  if (!server.listening) return;
  const closed = once(server, 'close');
  server.close();
  for (const socket of sockets.values()) socket.destroy();
  await closed;
}
