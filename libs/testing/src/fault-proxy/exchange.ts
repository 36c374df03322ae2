// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { once } from 'node:events';
import {
  request as requestHttp,
  type ClientRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import { request as requestHttps } from 'node:https';
import { pipeline } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';

import { headersOf, writeAll } from './wire.ts';

/** A request that has reached the proxy, and what became of it so far. */
export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  /** With its question mark; empty without one. */
  readonly query: string;
  readonly headers: IncomingHttpHeaders;
  /** The fault that it met; undefined when it passed. */
  readonly fault: string | undefined;
  /** What the client was told; undefined when it was told nothing. */
  status: number | undefined;
  /** Bytes of the request's body that the proxy has read. */
  bytes: number;
  /** Times that the target answered it. */
  delivered: number;
  /** What went wrong apart from the fault: a client that left, a target that is away. */
  error: string | undefined;
}

/** Where requests go. */
interface Target {
  readonly url: URL;
  /** PEM of the authority that vouches for it; those of Node when undefined. */
  readonly ca: string | undefined;
}

/** What an exchange is made of. */
export interface ExchangeParts {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly target: Target;
  /** The client sends its body when it is told to (Expect: 100-continue). */
  readonly expectsContinue: boolean;
  /** How much later the answer comes, in milliseconds. */
  readonly latencyMs: number;
  readonly seen: SeenRequest;
  /** Breaks the client's connection (RST). */
  readonly reset: () => void;
}

/** One request on its way, as a fault handles it. */
export interface Exchange extends ExchangeParts {
  /** Bytes that the request says its body has; undefined when it does not say. */
  readonly length: number | undefined;
  /** The body of the request. Who stops reading it leaves the connection as it is. */
  body(): AsyncGenerator<Buffer>;
  /** Tells a client that waits for it to send its body. */
  invite(): void;
  /** Sends the request with this body to the target and gives the answer. */
  deliver(body: AsyncIterable<Buffer>): Promise<IncomingMessage>;
  /** Passes the answer on. */
  relay(answer: IncomingMessage): Promise<void>;
  /** Breaks the connections to the target. */
  abandon(): void;
}

/** Joins a request that has come in with the ways to answer it. */
export function createExchange(parts: ExchangeParts): Exchange {
  const { request, response, seen } = parts;
  const sent = new Set<ClientRequest>();
  let invited = !parts.expectsContinue;
  const invite = (): void => {
    if (!invited) response.writeContinue();
    invited = true;
  };
  const abandon = (): void => {
    for (const one of sent) one.destroy();
  };
  // The exchange is over, or the client has left.
  response.once('close', abandon);
  const length = request.headers['content-length'];
  return {
    ...parts,
    length: length === undefined ? undefined : Number(length),
    body: () => bodyOfRequest(request, seen),
    invite,
    deliver: async (body) => {
      const forwarded = open(parts).on('continue', invite);
      sent.add(forwarded);
      const answer = await deliver(forwarded, body);
      seen.delivered += 1;
      return answer;
    },
    relay: async (answer) => {
      if (parts.latencyMs > 0) await delay(parts.latencyMs);
      response.sendDate = false;
      seen.status = answer.statusCode ?? 0;
      response.writeHead(seen.status, answer.statusMessage, headersOf(answer));
      await pipeline(answer, response);
      // What the target did not want to read any more would stand before the next request.
      request.resume();
    },
    abandon,
  };
}

async function* bodyOfRequest(request: IncomingMessage, seen: SeenRequest): AsyncGenerator<Buffer> {
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    seen.bytes += chunk.length;
    yield chunk;
  }
}

function open({ request, target: { url, ca } }: ExchangeParts): ClientRequest {
  const options = {
    host: url.hostname,
    port: url.port,
    method: request.method,
    path: request.url,
    // As they came, Host included: the signatures of S3 cover it. A connection for each request, so that none is lost
    // in one that the target is just closing.
    headers: [...headersOf(request), 'Connection', 'close'],
    agent: false,
  } as const;
  const forwarded = url.protocol === 'https:' ? requestHttps({ ...options, ca }) : requestHttp(options);
  // Who waits for the answer hears of it there; nobody may be waiting any more.
  return forwarded.on('error', () => undefined);
}

async function deliver(forwarded: ClientRequest, body: AsyncIterable<Buffer>): Promise<IncomingMessage> {
  const answered = once(forwarded, 'response') as Promise<[IncomingMessage]>;
  forwarded.flushHeaders();
  const written = writeAll(forwarded, body).then(() => {
    forwarded.end();
    return answered;
  });
  written.catch(() => undefined);
  // A target may answer before it has read everything, and then stop reading: the answer counts.
  const [answer] = await Promise.race([answered, written]);
  return answer;
}
