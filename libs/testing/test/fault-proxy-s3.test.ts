// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer, request as httpRequest, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { afterEach, describe, expect, it } from 'vitest';

import {
  awsCli,
  cleanUp,
  createCertificates,
  onCleanup,
  startFaultProxy,
  startObjectStore,
  temporaryDirectory,
} from '../src/index.ts';

afterEach(cleanUp);

/** The CLI takes seconds to start on a machine that is busy. */
const SLOW_CLIENT = 120_000;

describe('the fault proxy before a real S3 server', { timeout: SLOW_CLIENT }, () => {
  it('keeps signatures valid: the AWS CLI puts and gets through it, in parts as well', async () => {
    const store = await startObjectStore();
    const proxy = await startFaultProxy({ target: store.endpoint });
    const aws = await awsCli({ ...store, endpoint: proxy.url });
    const directory = await temporaryDirectory();
    const bytes = Buffer.alloc(20 * 1024 * 1024, 'forty-two ');
    await writeFile(`${directory}/rootfs`, bytes);
    await aws('s3', 'cp', `${directory}/rootfs`, `s3://${store.bucket}/one/rootfs`);
    await aws('s3', 'cp', `s3://${store.bucket}/one/rootfs`, `${directory}/back`);
    expect(bytes.equals(await readFile(`${store.directory}/${store.bucket}/one/rootfs`))).toBe(true);
    expect(bytes.equals(await readFile(`${directory}/back`))).toBe(true);
    const parts = proxy.requests.filter(({ method, query }) => method === 'PUT' && query.includes('partNumber='));
    expect(parts).toHaveLength(3);
    expect(proxy.requests.every(({ status }) => status === 200 || status === 206)).toBe(true);
  });

  it('speaks TLS on both sides', async () => {
    const tls = await createCertificates();
    const store = await startObjectStore({ tls });
    const proxy = await startFaultProxy({ target: store.endpoint, ca: tls.ca, tls });
    const aws = await awsCli({ ...store, endpoint: proxy.url });
    expect(await aws('s3', 'ls')).toContain(store.bucket);
    expect(proxy.requests).toMatchObject([{ path: '/', status: 200 }]);
  });

  it('refuses in the words of S3', async () => {
    const store = await startObjectStore();
    const proxy = await startFaultProxy({ target: store.endpoint });
    const aws = await awsCli({ ...store, endpoint: proxy.url });
    proxy.on({ fault: '403', times: 1 });
    await expect(aws('s3api', 'list-objects-v2', '--bucket', store.bucket)).rejects.toThrow('(AccessDenied)');
  });
});

describe('a big body', () => {
  it('passes as a stream: the proxy never holds more than the kernel and a piece', async () => {
    const total = 128 * 1024 * 1024;
    const piece = Buffer.alloc(256 * 1024);
    let taken = 0;
    let ahead = 0;
    const target = createServer((request, response) => {
      request.on('data', (chunk: Buffer) => {
        taken += chunk.length;
        ahead = Math.max(ahead, (proxy.requests[0]?.bytes ?? 0) - taken);
      });
      request.on('end', () => response.end());
    });
    target.listen(0, '127.0.0.1');
    await once(target, 'listening');
    onCleanup(async () => {
      target.close();
      await once(target, 'close');
    });
    const proxy = await startFaultProxy({
      target: `http://127.0.0.1:${String((target.address() as AddressInfo).port)}`,
    });
    const request = httpRequest(proxy.url, { method: 'PUT', agent: false, headers: { 'Content-Length': total } });
    const answered = once(request, 'response') as Promise<[IncomingMessage]>;
    await pipeline(Readable.from(Array.from({ length: total / piece.length }, () => piece)), request);
    const [response] = await answered;
    response.resume();
    await once(response, 'close');
    expect(taken).toBe(total);
    expect(ahead).toBeLessThan(32 * 1024 * 1024);
  });
});
