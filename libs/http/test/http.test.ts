// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { createHash, randomBytes } from 'node:crypto';
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';

import { cleanUp, freePort, onCleanup, temporaryDirectory } from '@ims/testing';
import { writeFile } from 'node:fs/promises';
import {
  createHttp,
  HttpProblem,
  readTrust,
  trustOnly,
  type Http,
  type HttpCall,
  type TlsPolicy,
} from '../src/index.ts';
import { SELF_SIGNED } from './certificate.ts';
import { serve, serveSockets, serveTls } from './servers.ts';

afterEach(cleanUp);

const LONG = 20_000;
const SHORT = 50;

async function client(policy: Partial<TlsPolicy> = {}): Promise<Http> {
  const http = createHttp({
    trust: await readTrust({ verify: true, caFiles: [], ...policy }),
    userAgent: 'ims-agent/1',
  });
  onCleanup(async () => {
    await http.close();
  });
  return http;
}

function get(url: string, more: Partial<HttpCall> = {}): HttpCall {
  return { method: 'GET', url, deadlineMs: LONG, signal: new AbortController().signal, ...more };
}

async function problem(promise: Promise<unknown>): Promise<HttpProblem> {
  const error: unknown = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(HttpProblem);
  return error as HttpProblem;
}

async function read(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString();
}

describe('a whole answer', () => {
  it('has status, headers in lower case and text, and the call says who we are', async () => {
    const url = await serve((request, response) => {
      response.writeHead(418, { 'X-Seen': `${request.method ?? ''} ${request.headers['user-agent'] ?? ''}` });
      request.pipe(response);
    });
    const answer = await (await client()).request(get(url, { method: 'POST', body: 'tea, grün' }));
    expect(answer).toMatchObject({ status: 418, text: 'tea, grün', headers: { 'x-seen': 'POST ims-agent/1' } });
  });

  it('may be empty', async () => {
    const url = await serve((_, response) => response.writeHead(204).end());
    expect(await (await client()).request(get(url, { method: 'DELETE' }))).toMatchObject({ status: 204, text: '' });
  });

  it('is refused when it is larger than the caller takes, said or not', async () => {
    const said = await serve((_, response) => response.writeHead(200, { 'content-length': 2_000_000 }).write('x'));
    const unsaid = await serve((_, response) => {
      const drip = setInterval(() => response.write('x'.repeat(1000)), 1);
      response.on('close', () => clearInterval(drip));
    });
    const http = await client();
    expect(await problem(http.request(get(said)))).toMatchObject({ kind: 'too-large' });
    expect(await problem(http.request(get(unsaid, { maxBytes: 5000 })))).toMatchObject({ kind: 'too-large' });
  });
});

describe('a body that is read as it comes', () => {
  const CONTENT = randomBytes(5 * 1024 * 1024 + 12_345);

  it.each([
    ['at once', 'with its length', false],
    ['at once', 'in chunks', false],
    ['at once', 'with its length, by TLS', true],
    ['slowly', 'with its length', false],
    ['slowly', 'in chunks', false],
    ['slowly', 'with its length, by TLS', true],
  ])('is whole when it is read %s and comes %s', async (pace, how, isTls) => {
    const url = await (isTls ? serveTls : serve)((_, response) => {
      if (how === 'in chunks') response.flushHeaders();
      response.end(CONTENT);
    });
    const http = await client({ verify: false });
    const stream = await http.stream({ ...get(url), stallMs: LONG });
    const hash = createHash('sha256');
    for await (const piece of stream.body) {
      // The server sends on meanwhile, into buffers that the reader does not have.
      if (pace === 'slowly') for (let i = 0; i < 20; i += 1) await turn();
      hash.update(piece);
    }
    expect(hash.digest('hex')).toBe(createHash('sha256').update(CONTENT).digest('hex'));
  });

  it.each(['with its length', 'in chunks'])('waits at the server for a slow reader when it comes %s', async (how) => {
    const all = 64 * 1024 * 1024;
    let sent = 0;
    const url = await serve((_, response) => {
      if (how === 'with its length') response.setHeader('content-length', all);
      const send = (): void => {
        while (sent < all && response.write(CONTENT.subarray(0, 65_536))) sent += 65_536;
        if (sent < all) response.once('drain', send);
        sent += 65_536;
      };
      send();
    });
    const stream = await (await client()).stream({ ...get(url), stallMs: LONG });
    const reader = stream.body[Symbol.asyncIterator]();
    await reader.next();
    // What is not taken away fills the buffers of the system and of ours, and then nothing moves.
    for (let still = 0; still < 500;) {
      const before = sent;
      await turn();
      still = sent === before ? still + 1 : 0;
    }
    expect(sent).toBeLessThan(all / 2);
    stream.close();
  });

  it('comes in small pieces, the first with the head, and ends where its length says', async () => {
    const url = await serveSockets((socket) => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\nhello', () => {
        setImmediate(() => socket.write(' world and more'));
      });
    });
    const stream = await (await client()).stream({ ...get(url), stallMs: LONG });
    expect(await read(stream.body)).toBe('hello world');
  });

  it('is given up with its client', async () => {
    const url = await serve((_, response) => response.writeHead(200, { 'content-length': 5 }).write('x'));
    const http = await client();
    const stream = await http.stream({ ...get(url), stallMs: LONG });
    const reading = read(stream.body);
    await http.close();
    await expect(reading).rejects.toThrow('closed');
  });
});

describe('a broken connection', () => {
  it('is unreachable when nobody listens', async () => {
    const url = `http://127.0.0.1:${String(await freePort())}/jobs?signature=s3cret`;
    const error = await problem((await client()).request(get(url)));
    expect(error.kind).toBe('unreachable');
    expect(error.message).toMatch(/^GET http:\/\/127\.0\.0\.1:\d+\/jobs: connection refused \(ECONNREFUSED\)$/);
  });

  it('is unreachable when it is reset or closed before an answer', async () => {
    const http = await client();
    const reset = await serveSockets((socket) => socket.resetAndDestroy());
    const closed = await serveSockets((socket) => socket.end());
    expect(await problem(http.request(get(reset)))).toMatchObject({ kind: 'unreachable' });
    expect(await problem(http.request(get(closed)))).toMatchObject({ kind: 'unreachable' });
  });

  it.each([
    ['closed', 'Content-Length: 100', 'half'],
    ['closed', 'Transfer-Encoding: chunked', '4\r\nhalf\r\n'],
    ['reset', 'Content-Length: 100', 'half'],
  ])('is cut short when it is %s within a body with %s', async (how, header, body) => {
    const url = await serveSockets((socket) => {
      socket.write(`HTTP/1.1 200 OK\r\n${header}\r\n\r\n${body}`, () => {
        if (how === 'reset') socket.resetAndDestroy();
        else socket.end();
      });
    });
    const http = await client();
    expect((await problem(http.request(get(url)))).kind).toMatch(/^(cut-short|unreachable)$/);
    const stream = await http.stream({ ...get(url), stallMs: LONG }).catch(() => undefined);
    if (how === 'closed') expect(stream).toBeDefined();
    if (stream !== undefined) expect(await problem(read(stream.body))).toMatchObject({ kind: 'cut-short' });
  });

  it('does not become an unhandled error when nobody reads the body', async () => {
    const url = await serveSockets((socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx'));
    const stream = await (await client()).stream({ ...get(url), stallMs: LONG });
    for (let i = 0; i < 20; i += 1) await turn();
    expect(await problem(read(stream.body))).toMatchObject({ kind: 'cut-short' });
    stream.close();
  });

  it('is no success when what answers does not speak HTTP', async () => {
    const url = await serveSockets((socket) => socket.end('SSH-2.0-OpenSSH_9.9\r\n'));
    expect(await problem((await client()).request(get(url)))).toMatchObject({ kind: 'unreachable' });
  });
});

describe('a slow server', () => {
  it('is left at the deadline, before the headers, before the body and within a slow drip', async () => {
    const silent = await serveSockets(() => undefined);
    const bodiless = await serve((_, response) => response.writeHead(200, { 'content-length': 5 }).flushHeaders());
    const dripping = await serve((_, response) => {
      const drip = setInterval(() => response.write('x'), 5);
      response.on('close', () => clearInterval(drip));
    });
    const http = await client();
    for (const url of [silent, bodiless, dripping]) {
      const error = await problem(http.request(get(`${url}/a`, { deadlineMs: SHORT })));
      expect(error.kind).toBe('timed-out');
      expect(error.message).toBe(`GET ${url}/a: no whole answer within 0.05 s`);
    }
  });

  it('counts as stalled when no byte of headers or body comes, not when they come slowly', async () => {
    const silent = await serveSockets(() => undefined);
    const stuck = await serve((_, response) => response.writeHead(200, { 'content-length': 5 }).write('x'));
    const http = await client();
    expect(await problem(http.stream({ ...get(silent), stallMs: SHORT }))).toMatchObject({ kind: 'stalled' });
    const stream = await http.stream({ ...get(stuck), stallMs: 500 });
    expect(await problem(read(stream.body))).toMatchObject({ kind: 'stalled' });
  });

  it('is not the reader, however slow that is', async () => {
    const url = await serve((_, response) => response.end('x'.repeat(1_000_000)));
    const stream = await (await client()).stream({ ...get(url), stallMs: 1000 });
    let size = 0;
    for await (const chunk of stream.body) {
      // Longer than the bound, once: the server has more to send and may not.
      if (size === 0) await new Promise((resolve) => setTimeout(resolve, 1200));
      size += chunk.byteLength;
    }
    expect(size).toBe(1_000_000);
  });

  it("is left with the signal's own reason", async () => {
    const silent = await serveSockets(() => undefined);
    const http = await client();
    const controller = new AbortController();
    const reason = new Error('SIGTERM');
    const request = http.request(get(silent, { signal: controller.signal }));
    const stream = http.stream({ ...get(silent), signal: controller.signal, stallMs: LONG });
    controller.abort(reason);
    await expect(request).rejects.toBe(reason);
    await expect(stream).rejects.toBe(reason);
    await expect(http.request(get(silent, { signal: controller.signal }))).rejects.toBe(reason);
  });
});

describe('redirects', () => {
  it('are followed with the method of a changing call only where the server asks for the same call', async () => {
    const url = await serve((request, response) => {
      if (request.url === '/same') response.writeHead(308, { location: '/end' }).end();
      else if (request.url === '/other') response.writeHead(302, { location: '/end' }).end();
      else response.end(`${request.method ?? ''} ${request.url ?? ''}`);
    });
    const http = await client();
    expect(await http.request(get(`${url}/same`, { method: 'PATCH', body: '{}' }))).toMatchObject({
      text: 'PATCH /end',
    });
    expect(await http.request(get(`${url}/other`))).toMatchObject({ text: 'GET /end' });
    expect(await http.request(get(`${url}/other`, { method: 'PATCH', body: '{}' }))).toMatchObject({ status: 302 });
  });

  it('end after ten', async () => {
    let calls = 0;
    const url = await serve((_, response) => {
      calls += 1;
      response.writeHead(302, { location: '/again?signature=s3cret' }).end();
    });
    const error = await problem((await client()).stream({ ...get(url), stallMs: LONG }));
    expect(error).toMatchObject({ kind: 'redirects', message: `GET ${url}/: more than 10 redirects` });
    expect(calls).toBe(11);
  });

  it('H34 take no credentials to another host, and keep them on the same', async () => {
    const seen: (string | undefined)[] = [];
    const other = await serve((request, response) => {
      seen.push(JSON.stringify(request.headers));
      response.end('x');
    });
    const url = await serve((request, response) => {
      seen.push(request.headers.authorization);
      response.writeHead(302, { location: request.url === '/' ? '/step' : other }).end();
    });
    const headers = { authorization: 'Bearer s3cret', 'x-auth-token': 's3cret', cookie: 's3cret', range: 'bytes=5-' };
    await (await client()).stream({ ...get(url, { headers }), stallMs: LONG });
    expect(seen.slice(0, 2)).toEqual(['Bearer s3cret', 'Bearer s3cret']);
    expect(seen[2]).not.toContain('s3cret');
    expect(seen[2]).toContain('bytes=5-');
  });

  it('never lead from https to http, nor out of HTTP', async () => {
    const plain = await serve((_, response) => response.end('foreign'));
    const tls = await serveTls((_, response) => response.writeHead(302, { location: plain }).end());
    const file = await serve((_, response) => response.writeHead(302, { location: 'file:///etc/passwd' }).end());
    const http = await client({ verify: false });
    expect(await problem(http.request(get(tls)))).toMatchObject({ kind: 'redirects' });
    expect(await problem(http.request(get(file)))).toMatchObject({ kind: 'redirects' });
  });
});

describe('H33 the certificate of the server', () => {
  it('is refused when nobody vouches for it, and accepted with the CA of the site or unverified', async () => {
    const url = await serveTls((_, response) => response.end('trusted'));
    const caFile = `${await temporaryDirectory()}/ca.crt`;
    await writeFile(caFile, SELF_SIGNED.cert);
    expect(await problem((await client()).request(get(url)))).toMatchObject({ kind: 'certificate' });
    expect(await (await client({ caFiles: [caFile] })).request(get(url))).toMatchObject({ text: 'trusted' });
    expect(await (await client({ verify: false })).request(get(url))).toMatchObject({ text: 'trusted' });
  });

  it('has whom to trust read for the first connection that needs it, and once', async () => {
    const plain = await serve((_, response) => response.end('plain'));
    const tls = await serveTls((_, response) => response.end('trusted'));
    const secureContext = vi.fn(trustOnly([SELF_SIGNED.cert]).secureContext);
    const http = createHttp({ trust: { verify: true, secureContext }, userAgent: 'ims-agent/1' });
    onCleanup(async () => await http.close());
    await http.request(get(plain));
    expect(secureContext).not.toHaveBeenCalled();
    await http.request(get(tls));
    await http.request(get(tls));
    const contexts = secureContext.mock.results.map(({ value }) => value as unknown);
    expect(contexts.length).toBeGreaterThan(0);
    expect(new Set(contexts).size).toBe(1);
  });

  it('is refused when it is for another host', async () => {
    const url = await serveTls((_, response) => response.end('trusted'));
    const caFile = `${await temporaryDirectory()}/ca.crt`;
    await writeFile(caFile, SELF_SIGNED.cert);
    const error = await problem(
      (await client({ caFiles: [caFile] })).request(get(url.replace('127.0.0.1', '127.0.0.2'))),
    );
    expect(error.kind).toMatch(/^(certificate|unreachable)$/);
  });
});

it('H34 an address that is none is refused without being repeated', async () => {
  const call = (await client()).request(get('htp:/x?signature=s3cret'));
  await expect(call).rejects.toMatchObject({ reason: 'ConfigurationInvalid' });
  await expect(call).rejects.not.toThrow('s3cret');
});
