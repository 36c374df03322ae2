// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';

import { onCleanup } from './cleanup.ts';
import type { ServerTls } from './web-server.ts';

/** A request for the image, as the server saw it. */
export interface ImageRequest {
  readonly range: string | undefined;
  readonly ifRange: string | undefined;
}

/** What the server does with one request instead of serving the image. */
export type ImageBehaviour =
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly headers?: Record<string, string>;
      readonly body: string;
    }
  /** Sends so many bytes of what was asked for, then breaks the connection. */
  | { readonly kind: 'break'; readonly after: number }
  /** Sends so many bytes of what was asked for, then nothing more. */
  | { readonly kind: 'stall'; readonly after: number }
  /** Sends the image with some of its bytes turned around. */
  | { readonly kind: 'garble'; readonly at: number };

/** A server of one object that keeps to HTTP: ranges, `If-Range` unless it is to be deaf to it, etags. */
export interface ImageServer {
  readonly origin: string;
  readonly requests: readonly ImageRequest[];
  /** What is done with the next requests, in order; when none is left, the image is served. */
  readonly next: ImageBehaviour[];
  /** Puts another object there. */
  replace(content: Buffer): void;
}

/** Starts a server that stops with the test. */
export async function startImageServer(options: {
  readonly content: Buffer;
  readonly tls?: ServerTls;
  /** Headers of every answer that serves the image. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Gives the range that is asked for, of whatever lies there by now, as some S3 services do. */
  readonly ifRange?: 'heeded' | 'ignored';
}): Promise<ImageServer> {
  const requests: ImageRequest[] = [];
  const next: ImageBehaviour[] = [];
  let { content } = options;
  let version = 1;
  const handle = (request: IncomingMessage, response: ServerResponse): void => {
    requests.push({ range: request.headers.range, ifRange: textOf(request.headers['if-range']) });
    const behaviour = next.shift();
    if (behaviour?.kind === 'answer') {
      response.writeHead(behaviour.status, behaviour.headers).end(behaviour.body);
      return;
    }
    const etag = `"version-${String(version)}"`;
    const isSame = options.ifRange === 'ignored' || [undefined, etag].includes(textOf(request.headers['if-range']));
    const start = isSame ? Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0) : 0;
    serve(response, { content, start, etag, headers: options.headers ?? {}, behaviour });
  };
  const { tls } = options;
  const server = tls === undefined ? createServer(handle) : createTlsServer({ key: tls.key, cert: tls.cert }, handle);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onCleanup(async () => {
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  });
  const address = server.address();
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
  return {
    origin: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${String(port)}`,
    requests,
    next,
    replace: (other) => {
      content = other;
      version += 1;
    },
  };
}

interface Serving {
  readonly content: Buffer;
  readonly start: number;
  readonly etag: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly behaviour: Exclude<ImageBehaviour, { kind: 'answer' }> | undefined;
}

function serve(response: ServerResponse, { content, start, etag, headers, behaviour }: Serving): void {
  const total = String(content.length);
  if (start > 0 && start >= content.length) {
    response.writeHead(416, { 'content-range': `bytes */${total}` }).end();
    return;
  }
  const bytes = behaviour?.kind === 'garble' ? garbled(content, behaviour.at) : content;
  const body = bytes.subarray(start);
  const range = start === 0 ? {} : { 'content-range': `bytes ${String(start)}-${String(content.length - 1)}/${total}` };
  response.writeHead(start === 0 ? 200 : 206, { ...headers, etag, 'content-length': String(body.length), ...range });
  if (behaviour === undefined || behaviour.kind === 'garble') response.end(body);
  else sendSome(response, body, behaviour);
}

function sendSome(response: ServerResponse, body: Buffer, { kind, after }: { kind: string; after: number }): void {
  response.write(body.subarray(0, after), () => {
    if (kind === 'break') response.destroy();
  });
}

function garbled(content: Buffer, at: number): Buffer {
  const copy = Buffer.from(content);
  copy.subarray(at, at + 16).reverse();
  copy.writeUInt8(copy.readUInt8(at) ^ 0xff, at);
  return copy;
}

function textOf(value: string | string[] | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
