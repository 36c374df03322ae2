// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

import { cleanUp, eventually, onCleanup, recordingLogger, scrape, type RecordingLogger } from '@ims/testing';
import { afterEach, describe, expect, it } from 'vitest';

import { createMetrics, type Metrics } from '../src/index.ts';

afterEach(cleanUp);

/** More than the server keeps. */
const CROWD = 40;

interface Running {
  readonly metrics: Metrics;
  readonly port: number;
  readonly logger: RecordingLogger;
  readonly close: () => Promise<void>;
}

async function start(patienceMs?: number): Promise<Running> {
  const logger = recordingLogger();
  const metrics = createMetrics({
    ...{ port: 0, action: 'create', logger },
    ...(patienceMs === undefined ? {} : { patienceMs }),
  });
  const close = async () => await metrics[Symbol.asyncDispose]();
  onCleanup(close);
  return { metrics, port: (await metrics.listening) ?? 0, logger, close };
}

/** What the server says to a request line and headers that a client of HTTP would not send. */
async function told(port: number, sent: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  let said = '';
  socket.setEncoding('latin1').on('data', (piece: string) => (said += piece));
  const closed = closeOf(socket);
  socket.write(sent);
  await closed;
  return said;
}

/** However it ends: a server that closes what it has not read resets the connection. */
async function closeOf(socket: Socket): Promise<void> {
  socket.on('error', () => undefined).resume();
  if (!socket.closed) await new Promise((resolve) => socket.once('close', resolve));
}

async function dangling(port: number, sent: string): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  // It is dropped by the server, which may be told as an error.
  socket.on('error', () => undefined);
  onCleanup(async () => void socket.destroy());
  await once(socket, 'connect');
  if (sent !== '') socket.write(sent);
  return socket;
}

describe('the server of metrics', () => {
  it.each([
    { method: 'GET', path: '/', status: 404 },
    { method: 'GET', path: '/metrics/', status: 404 },
    { method: 'GET', path: '/..%2fmetrics', status: 404 },
    { method: 'POST', path: '/metrics', status: 405, allow: 'GET' },
    { method: 'HEAD', path: '/metrics', status: 405, allow: 'GET' },
    { method: 'DELETE', path: '/metrics', status: 405, allow: 'GET' },
    { method: 'GET', path: '/metrics?collect[]=x', status: 200 },
  ])('answers $method $path with $status and closes', async ({ method, path, status, allow }) => {
    const { port } = await start();
    const asked = request({ port, method, path, host: '127.0.0.1', agent: false });
    const answered = once(asked, 'response') as Promise<[IncomingMessage]>;
    asked.end();
    const [response] = await answered;
    expect(response.statusCode).toBe(status);
    expect(response.headers).toMatchObject({ connection: 'close', ...(allow === undefined ? {} : { allow }) });
    response.resume();
  });

  it('reads no body: it answers one that never ends', async () => {
    const { port } = await start();
    const head = 'POST /metrics HTTP/1.1\r\nhost: x\r\ncontent-length: 1000000000000\r\n\r\nx';
    expect(await told(port, head)).toMatch(/^HTTP\/1\.1 405 /);
  });

  it.each([
    ['no HTTP', 'SSH-2.0-OpenSSH_9.2\r\n\r\n', / 400 /],
    ['headers without end', `GET /metrics HTTP/1.1\r\nx: ${'x'.repeat(64 * 1024)}\r\n\r\n`, / 431 |^$/],
  ])('is not troubled by %s', async (_what, sent, answer) => {
    const { port, logger } = await start();
    expect(await told(port, sent)).toMatch(answer);
    expect((await scrape(`http://127.0.0.1:${String(port)}/metrics`)).text).toBe('');
    expect(logger.messages('warn')).toEqual([]);
  });

  it.each([
    ['nothing', ''],
    ['half a request', 'GET /metrics HTTP/1.1\r\nhost: x\r\n'],
    ['half a body', 'GET /metrics HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\n'],
  ])('is closed at once although clients that send %s dangle', async (_what, sent) => {
    const { port, close } = await start();
    const clients = await Promise.all(Array.from({ length: CROWD }, async () => await dangling(port, sent)));
    const gone = clients.map(closeOf);
    await close();
    await Promise.all(gone);
    await expect(scrape(`http://127.0.0.1:${String(port)}/metrics`)).rejects.toThrow('fetch failed');
  });

  it('has room again for others when dangling clients have lost its patience', async () => {
    const { port } = await start(50);
    await Promise.all(Array.from({ length: CROWD }, async () => await dangling(port, 'GET /metrics HTTP/1.1\r\n')));
    const seen = await eventually(
      async () => await scrape(`http://127.0.0.1:${String(port)}/metrics`).catch(() => undefined),
    );
    expect(seen.contentType).toContain('text/plain');
  });

  it('answers when a flood of clients that hang up is over', async () => {
    const { port, logger } = await start();
    const flood = Array.from({ length: 500 }, async () => {
      const client = await dangling(port, 'GET /metrics HTTP/1.1\r\nhost: x\r\n\r\n');
      client.resetAndDestroy();
    });
    await Promise.all(flood);
    const seen = await eventually(
      async () => await scrape(`http://127.0.0.1:${String(port)}/metrics`).catch(() => undefined),
    );
    expect(seen.contentType).toContain('text/plain');
    expect(logger.messages('warn')).toEqual([]);
  });

  it('says once that its port is taken, and everything else goes on', async () => {
    const other = createServer().listen(0);
    await once(other, 'listening');
    onCleanup(async () => void other.close());
    const { port } = other.address() as AddressInfo;
    const logger = recordingLogger();
    const metrics = createMetrics({ port, action: 'create', logger });
    expect(await metrics.listening).toBeUndefined();
    metrics.progress('1%');
    await metrics.flush();
    await metrics[Symbol.asyncDispose]();
    expect(logger.messages()).toEqual(['metrics cannot be served on this port; the job goes on without']);
  });

  it('can be closed before it has opened, and twice', async () => {
    const logger = recordingLogger();
    const metrics = createMetrics({ port: 0, action: 'create', logger });
    await metrics[Symbol.asyncDispose]();
    await metrics[Symbol.asyncDispose]();
    expect(logger.messages('warn')).toEqual([]);
  });
});
