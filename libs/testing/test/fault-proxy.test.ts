// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { once } from 'node:events';
import { createServer, request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from 'vitest';

import {
  cleanUp,
  createCertificates,
  eventually,
  FAULTS,
  onCleanup,
  startFaultProxy,
  type FaultProxy,
} from '../src/index.ts';

afterEach(cleanUp);

interface Received {
  readonly method: string;
  readonly url: string;
  readonly host: string;
  readonly body: string;
}

const ANSWER = 'the answer, in forty bytes and no more...';

/** A server that tells what it gets and answers everything with {@link ANSWER}, `/empty` with nothing. */
async function startTarget(): Promise<{ url: string; received: Received[] }> {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    void (async () => {
      const body = (await buffer(request)).toString();
      const { method = '', url = '' } = request;
      received.push({ method, url, host: request.headers.host ?? '', body });
      response.setHeader('X-Seen', String(received.length));
      if (url === '/chunked') response.write(ANSWER);
      response.end(url === '/empty' || url === '/chunked' ? '' : ANSWER);
    })().catch(() => undefined);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onCleanup(async () => {
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  });
  return { url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`, received };
}

async function startBoth(): Promise<{ proxy: FaultProxy; received: Received[] }> {
  const { url, received } = await startTarget();
  return { proxy: await startFaultProxy({ target: url }), received };
}

interface Answer {
  readonly status: number | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

type Call = RequestOptions & { body?: string; path?: string; ca?: string };

/** What a plain client gets; rejects with its error. */
async function call(proxy: FaultProxy, { body, path = '/', ...options }: Call = {}): Promise<Answer> {
  const send = proxy.url.startsWith('https') ? httpsRequest : httpRequest;
  const request = send(`${proxy.url}${path}`, { method: body === undefined ? 'GET' : 'PUT', agent: false, ...options });
  // A break is an error of the request too, also when its response tells of it.
  request.on('error', () => undefined).end(body);
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  return { status: response.statusCode, headers: response.headers, body: (await buffer(response)).toString() };
}

const codeOf = async (answer: Promise<unknown>): Promise<unknown> =>
  await answer.then(
    () => 'an answer',
    (error: unknown) => (error as NodeJS.ErrnoException).code,
  );

describe('the fault proxy without a rule', () => {
  it('passes requests and answers on as they are, Host included, and keeps a list', async () => {
    const { proxy, received } = await startBoth();
    const answer = await call(proxy, { body: 'some body', path: '/a/b?part=1' });
    expect(answer).toMatchObject({ status: 200, body: ANSWER, headers: { 'x-seen': '1' } });
    expect(received).toEqual([
      { method: 'PUT', url: '/a/b?part=1', host: `127.0.0.1:${String(proxy.port)}`, body: 'some body' },
    ]);
    expect(proxy.requests).toMatchObject([
      { method: 'PUT', path: '/a/b', query: '?part=1', status: 200, bytes: 9, delivered: 1, fault: undefined },
    ]);
  });

  it('invites a client that waits for it (Expect: 100-continue)', async () => {
    const { proxy, received } = await startBoth();
    const request = httpRequest(proxy.url, { method: 'PUT', agent: false, headers: { Expect: '100-continue' } });
    request.flushHeaders();
    await once(request, 'continue');
    request.end('invited');
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    await buffer(response);
    expect(received).toMatchObject([{ body: 'invited' }]);
  });

  it('serves many requests over one connection', async () => {
    const { proxy } = await startBoth();
    for (let count = 0; count < 12; count++) {
      const response = await fetch(`${proxy.url}/${String(count)}`, { method: 'POST', body: 'x' });
      expect(await response.text()).toBe(ANSWER);
    }
    expect(proxy.requests).toHaveLength(12);
  });

  it('breaks the connection when the target is away', async () => {
    const proxy = await startFaultProxy({ target: 'http://127.0.0.1:9' });
    expect(await codeOf(call(proxy))).toBe('ECONNRESET');
    expect(proxy.requests).toMatchObject([
      { status: undefined, error: expect.stringContaining('ECONNREFUSED') as string },
    ]);
  });
});

describe('the fault proxy, stopped', () => {
  it('leaves no connection behind, neither to clients nor to the target', async () => {
    const target = createServer();
    target.listen(0, '127.0.0.1');
    await once(target, 'listening');
    const proxy = await startFaultProxy({
      target: `http://127.0.0.1:${String((target.address() as AddressInfo).port)}`,
    });
    // Nobody answers: the request hangs on both sides of the proxy.
    const pending = codeOf(call(proxy, { body: 'x' }));
    await once(target, 'request');
    await proxy.stop();
    await proxy.stop();
    expect(await pending).toBe('ECONNRESET');
    expect(await codeOf(call(proxy))).toBe('ECONNREFUSED');
    // Resolves when the last connection has ended, and the proxy is the only client.
    target.close();
    await once(target, 'close');
  });
});

describe('a rule', () => {
  it('hits what it names, from the nth on, so many times', async () => {
    const { proxy } = await startBoth();
    const rule = proxy.on({ fault: '500', method: 'PUT', path: /manifest\.json\?x/, nth: 2, times: 1 });
    const status = async (options: Call): Promise<unknown> => (await call(proxy, options)).status;
    const wanted = { body: '', path: '/a/manifest.json?x=1' };
    expect(await status(wanted)).toBe(200);
    expect(await status({ path: '/a/manifest.json?x=1' })).toBe(200);
    expect(await status({ body: '', path: '/a/kernel' })).toBe(200);
    expect(await status(wanted)).toBe(500);
    expect(await status(wanted)).toBe(200);
    expect(rule.hits).toBe(1);
    expect(proxy.requests.map(({ fault }) => fault)).toEqual([undefined, undefined, undefined, '500', undefined]);
  });

  it('looks at a header when it is told to', async () => {
    const { proxy } = await startBoth();
    const rule = proxy.on({ fault: '500', header: ['content-type', /json/] });
    expect((await call(proxy, { headers: { 'Content-Type': 'text/plain' }, body: 'x' })).status).toBe(200);
    expect((await call(proxy, { body: 'x' })).status).toBe(200);
    expect((await call(proxy, { headers: { 'Content-Type': 'a/json' }, body: 'x' })).status).toBe(500);
    expect(rule.hits).toBe(1);
  });

  it('holds until it is lifted, and tells when it first hits', async () => {
    const { proxy } = await startBoth();
    const rule = proxy.on({ fault: '503' });
    const first = call(proxy);
    await rule.hit;
    expect((await first).status).toBe(503);
    expect((await call(proxy)).status).toBe(503);
    rule.lift();
    expect((await call(proxy)).status).toBe(200);
    expect(rule.hits).toBe(2);
  });

  it('set earlier comes first', async () => {
    const { proxy } = await startBoth();
    proxy.on({ fault: '403', times: 1 });
    proxy.on({ fault: '500' });
    expect((await call(proxy)).status).toBe(403);
    expect((await call(proxy)).status).toBe(500);
  });
});

describe('refusals', () => {
  it.each(['500', '503', '403'] as const)('%s reads the request, forwards nothing and refuses', async (fault) => {
    const { proxy, received } = await startBoth();
    proxy.on({ fault });
    const answer = await call(proxy, { body: 'some body' });
    expect(answer.status).toBe(Number(fault));
    expect(answer.headers['content-type']).toBe('application/problem+json');
    expect(JSON.parse(answer.body)).toMatchObject({ status: Number(fault) });
    expect(proxy.requests).toMatchObject([{ bytes: 9, delivered: 0 }]);
    expect(received).toEqual([]);
  });

  it('503 says when to come again', async () => {
    const { proxy } = await startBoth();
    proxy.on({ fault: '503', retryAfter: 7 });
    expect((await call(proxy)).headers['retry-after']).toBe('7');
  });

  it.each([
    ['s3', 'application/xml', '<Code>AccessDenied</Code>'],
    ['plain', 'text/plain', 'Forbidden'],
    ['html', 'text/html', '<h1>Forbidden</h1>'],
  ] as const)('speak %s', async (dialect, type, text) => {
    const { proxy } = await startBoth();
    proxy.on({ fault: '403', dialect });
    const answer = await call(proxy);
    expect(answer.headers['content-type']).toBe(type);
    expect(answer.body).toContain(text);
  });

  it('speak with the status and the code of another refusal', async () => {
    const { proxy } = await startBoth();
    proxy.on({ fault: 'answer', dialect: 's3', status: 501, code: 'NotImplemented' });
    expect(await call(proxy)).toMatchObject({ status: 501, body: expect.stringContaining('NotImplemented') as string });
  });

  it('speak S3 to a request that is signed for it', async () => {
    const { proxy } = await startBoth();
    proxy.on({ fault: '503' });
    const answer = await call(proxy, { headers: { Authorization: 'AWS4-HMAC-SHA256 Credential=x' } });
    expect(answer.body).toContain('<Code>SlowDown</Code>');
  });

  it('a lying 200 forwards nothing and says that all is well', async () => {
    const { proxy, received } = await startBoth();
    proxy.on({ fault: 'lying-200', times: 1 });
    expect(await call(proxy, { body: 'x' })).toMatchObject({
      status: 200,
      body: expect.stringContaining('<html>') as string,
    });
    proxy.on({ fault: 'lying-200', body: '' });
    expect(await call(proxy, { body: 'x' })).toMatchObject({ status: 200, body: '' });
    expect(received).toEqual([]);
  });
});

describe('an answer of the test', () => {
  it('has its status, headers and body, and nothing is forwarded', async () => {
    const { proxy, received } = await startBoth();
    const headers = { Location: 'https://elsewhere/' };
    proxy.on({ fault: 'answer', status: 301, body: '{"message":"x"}', retryAfter: 7, headers, times: 1 });
    expect(await call(proxy, { body: 'x' })).toMatchObject({
      status: 301,
      body: '{"message":"x"}',
      headers: { location: headers.Location, 'retry-after': '7', 'content-type': 'application/json' },
    });
    proxy.on({ fault: 'answer' });
    expect(await call(proxy)).toMatchObject({ status: 502, headers: { 'content-type': 'application/problem+json' } });
    expect(received).toEqual([]);
  });
});

describe('reset', () => {
  it('before: the target hears nothing', async () => {
    const { proxy, received } = await startBoth();
    proxy.on({ fault: 'reset' });
    expect(await codeOf(call(proxy, { body: 'x' }))).toBe('ECONNRESET');
    expect(received).toEqual([]);
  });

  it('during: the target gets part of the request', async () => {
    const { proxy, received } = await startBoth();
    proxy.on({ fault: 'reset', when: 'during' });
    expect(await codeOf(call(proxy, { body: 'x'.repeat(1_000_000) }))).toMatch(/^(ECONNRESET|EPIPE)$/);
    expect(proxy.requests[0]?.bytes).toBeGreaterThan(0);
    expect(received).toEqual([]);
  });

  it('after: the target has done everything, and the client cannot know', async () => {
    const { proxy, received } = await startBoth();
    proxy.on({ fault: 'reset', when: 'after' });
    expect(await codeOf(call(proxy, { body: 'x' }))).toBe('ECONNRESET');
    expect(received).toMatchObject([{ body: 'x' }]);
    expect(proxy.requests).toMatchObject([{ delivered: 1, status: undefined }]);
  });

  it('response: the client gets part of it', async () => {
    const { proxy } = await startBoth();
    proxy.on({ fault: 'reset', when: 'response', afterBytes: 3 });
    expect(await codeOf(call(proxy))).toBe('ECONNRESET');
    expect(proxy.requests).toMatchObject([{ delivered: 1, status: 200 }]);
  });

  it('breaks a connection that speaks TLS as well', async () => {
    const { url } = await startTarget();
    const { cert, key, ca } = await createCertificates();
    const proxy = await startFaultProxy({ target: url, tls: { cert, key } });
    expect(await call(proxy, { ca })).toMatchObject({ status: 200, body: ANSWER });
    proxy.on({ fault: 'reset' });
    expect(await codeOf(call(proxy, { ca }))).toBe('ECONNRESET');
  });
});

describe('stall', () => {
  it.each([
    ['before', 0],
    ['after', 1],
  ] as const)('%s: the connection stays until the proxy is stopped', async (when, delivered) => {
    const { proxy, received } = await startBoth();
    const rule = proxy.on({ fault: 'stall', when });
    const pending = codeOf(call(proxy, { body: 'x' }));
    await rule.hit;
    await eventually(() => received.length === delivered);
    await proxy.stop();
    expect(await pending).toBe('ECONNRESET');
  });

  it('during: it reads no further', async () => {
    const { proxy, received } = await startBoth();
    proxy.on({ fault: 'stall', when: 'during', afterBytes: 10 });
    const pending = codeOf(call(proxy, { body: 'x'.repeat(1_000_000) }));
    await eventually(() => (proxy.requests[0]?.bytes ?? 0) >= 10);
    await proxy.stop();
    expect(await pending).toMatch(/^(ECONNRESET|EPIPE)$/);
    expect(received).toEqual([]);
  });

  it('response: so much of it comes, and nothing more', async () => {
    const { proxy } = await startBoth();
    proxy.on({ fault: 'stall', when: 'response', afterBytes: 7 });
    const request = httpRequest(proxy.url, { agent: false })
      .on('error', () => undefined)
      .end();
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    const [first] = (await once(response, 'data')) as [Buffer];
    expect(first.toString()).toBe(ANSWER.slice(0, 7));
    const error = once(response, 'error');
    await proxy.stop();
    expect(await error).toMatchObject([{ code: 'ECONNRESET' }]);
  });
});

describe('responses that break off', () => {
  it.each(['half-close', 'truncated-body'] as const)('%s: the right length, fewer bytes', async (fault) => {
    const { proxy, received } = await startBoth();
    proxy.on({ fault });
    const request = httpRequest(proxy.url, { agent: false })
      .on('error', () => undefined)
      .end();
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    const chunks: Buffer[] = [];
    response.on('data', (chunk: Buffer) => chunks.push(chunk));
    expect(await once(response, 'error')).toMatchObject([{ code: 'ECONNRESET' }]);
    expect(response.headers['content-length']).toBe(String(ANSWER.length));
    expect(Buffer.concat(chunks).toString()).toBe(ANSWER.slice(0, ANSWER.length / 2));
    expect(received).toHaveLength(1);
  });

  it.each(['half-close', 'truncated-body'] as const)('%s: without a body the headers break off', async (fault) => {
    const { proxy, received } = await startBoth();
    proxy.on({ fault });
    expect(await codeOf(call(proxy, { path: '/empty', body: 'x' }))).toBe('ECONNRESET');
    expect(received).toHaveLength(1);
  });

  it.each(['half-close', 'truncated-body'] as const)('%s: chunks break off before the last', async (fault) => {
    const { proxy } = await startBoth();
    proxy.on({ fault, afterBytes: 20 });
    expect(await codeOf(call(proxy, { path: '/chunked' }))).toBe('ECONNRESET');
  });
});

describe('slow drip', () => {
  it.each(['/', '/empty', '/chunked'])('of a response gives all of %s in the end', async (path) => {
    const { proxy } = await startBoth();
    proxy.on({ fault: 'slow-drip', everyMs: 1 });
    expect(await call(proxy, { path })).toMatchObject({ status: 200, body: path === '/empty' ? '' : ANSWER });
  });

  it('of a request gives all of it in the end', async () => {
    const { proxy, received } = await startBoth();
    proxy.on({ fault: 'slow-drip', direction: 'request', dropBytes: 4, everyMs: 1 });
    expect(await call(proxy, { body: 'drop by drop' })).toMatchObject({ status: 200, body: ANSWER });
    expect(received).toMatchObject([{ body: 'drop by drop' }]);
  });
});

describe('duplicate', () => {
  it.each(['first', 'second'] as const)('delivers twice and tells the %s answer', async (answer) => {
    const { proxy, received } = await startBoth();
    proxy.on({ fault: 'duplicate', answer });
    expect(await call(proxy, { body: 'twice' })).toMatchObject({
      status: 200,
      body: ANSWER,
      headers: { 'x-seen': answer === 'first' ? '1' : '2' },
    });
    expect(received.map(({ body }) => body)).toEqual(['twice', 'twice']);
    expect(proxy.requests).toMatchObject([{ delivered: 2 }]);
  });
});

describe('corrupt', () => {
  it('delivers a body of the same length whose first byte is another one', async () => {
    const { proxy, received } = await startBoth();
    proxy.on({ fault: 'corrupt' });
    expect(await call(proxy, { body: 'abc' })).toMatchObject({ status: 200, body: ANSWER });
    expect(received.map(({ body }) => body)).toEqual(['`bc']);
  });
});

it('every fault of the table has been set by a test above', () => {
  expect(Object.keys(FAULTS).sort()).toEqual(
    [
      ...['403', '500', '503', 'corrupt', 'duplicate', 'half-close', 'lying-200', 'reset', 'slow-drip', 'stall'],
      ...['answer', 'truncated-body'],
    ].sort(),
  );
});
