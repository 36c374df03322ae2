// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';

import { encodeManifest, manifestOf } from '@ims/contract';
import {
  createCertificates,
  createFakeClock,
  createInstantClock,
  eventually,
  freePort,
  startObjectStore,
  type FaultName,
  type FaultRule,
} from '@ims/testing';
import { readTrust } from '@ims/http';
import type { S3Settings } from '../src/index.ts';
import { createS3Store } from '../src/s3/store.ts';
import { optionsOf, PART } from './bucket.ts';
import { bucket, image, logger, proxy, server, useProxiedBucket } from './proxied-bucket.ts';
import { never, silent, sourceOf } from './sources.ts';

useProxiedBucket();

/** Each step is tried several times, however slow the machine is. */
const brief = { retry: { budgetMs: 300, firstMs: 100, longestMs: 100 }, clock: createInstantClock() };
const storeAt = (endpoint: string, changes: Partial<S3Settings> = {}) =>
  createS3Store(optionsOf(server, { endpoint, ...changes }, logger));
const store = (changes: Partial<S3Settings> = {}) => storeAt(proxy.url, changes);
const put = async (bytes: Uint8Array, changes: Partial<S3Settings> = {}) =>
  await store(changes).put(image, sourceOf('rootfs', bytes), { onProgress: silent, signal: never });
const small = randomBytes(300_000);
const large = randomBytes(PART + 1_000_003);

/** What stands before a service says for itself, with a page and without a code. */
const strayed = (status: number) =>
  ({ fault: 'answer', status, dialect: 'html' }) as const satisfies Omit<FaultRule, 'method' | 'path'>;

const CALLS: readonly (readonly [string, Uint8Array, Pick<FaultRule, 'method' | 'path'>])[] = [
  ['an object in one piece', small, { method: 'PUT', path: /rootfs/ }],
  ['the question for it', small, { method: 'HEAD' }],
  ['the beginning of an upload', large, { method: 'POST', path: /\?uploads/ }],
  ['a part', large, { method: 'PUT', path: /partNumber=1/ }],
  ['the completion', large, { method: 'POST', path: /uploadId=/ }],
];

const FAULTS: readonly (readonly [string, Pick<FaultRule, 'fault' | 'when' | 'status' | 'code' | 'dialect'>])[] = [
  ['500', { fault: '500' }],
  ['503', { fault: '503' }],
  ['a 404 of a load balancer', strayed(404)],
  ['a redirection of a portal', strayed(302)],
  ['a redirection of S3', { fault: 'answer', status: 307, code: 'TemporaryRedirect' }],
  ['a reset before it is forwarded', { fault: 'reset', when: 'before' }],
  ['a reset in its midst', { fault: 'reset', when: 'during' }],
  ['a reset after it was done', { fault: 'reset', when: 'after' }],
  ['a stall before it is forwarded', { fault: 'stall', when: 'before' }],
  ['a stall after it was done', { fault: 'stall', when: 'after' }],
  ['a half-closed answer', { fault: 'half-close' }],
  ['a truncated answer', { fault: 'truncated-body' }],
  ['a page of HTML as the answer', { fault: 'lying-200' }],
  ['a slow drip', { fault: 'slow-drip' }],
  ['a delivery that comes twice', { fault: 'duplicate' }],
];

describe.each(CALLS)('%s', (_call, bytes, where) => {
  it.each(FAULTS)('H12 that meets %s ends with the right object', async (_fault, what) => {
    const rule = proxy.on({ ...what, ...where, times: 1 });
    const stored = await put(bytes, { stallMs: 300 });
    expect(rule.hits).toBe(1);
    expect(Buffer.from(await bucket.readObject(stored.path)).equals(bytes)).toBe(true);
    expect(await bucket.list(image.imageId)).toEqual(['rootfs']);
  });

  it('H12 that is forbidden fails at once and says what to do', async () => {
    const rule = proxy.on({ fault: '403', ...where, nth: where.method === 'HEAD' ? 2 : 1 });
    await expect(put(bytes)).rejects.toMatchObject({
      reason: 'StoreRefused',
      message: expect.stringMatching(/S3 refuses s3:\/\/.*: 403/) as string,
    });
    expect(rule.hits).toBeLessThanOrEqual(2);
    expect(logger.messages('warn').filter((line) => line.includes('tried again'))).toEqual([]);
  });
});

describe('a part', () => {
  const unsigned = { method: 'PUT', path: /partNumber=/, header: ['x-amz-content-sha256', /UNSIGNED/] } as const;

  it('H20 whose bytes change on their way is refused by the service, and sent again', async () => {
    const rule = proxy.on({ fault: 'corrupt', ...unsigned, times: 1 });
    const stored = await put(large);
    expect(rule.hits).toBe(1);
    expect(proxy.requests.find(({ fault }) => fault === 'corrupt')?.status).toBe(400);
    expect(Buffer.from(await bucket.readObject(stored.path)).equals(large)).toBe(true);
  });

  it('H12 is signed with its payload where a service insists on it', async () => {
    const rule = proxy.on({ fault: '403', ...unsigned });
    const stored = await put(large);
    expect(rule.hits).toBeGreaterThan(0);
    expect(Buffer.from(await bucket.readObject(stored.path)).equals(large)).toBe(true);
  });
});

it('H12 a service that says SlowDown gets fewer parts at once, and all of them in the end', async () => {
  const many = randomBytes(8 * PART);
  const rule = proxy.on({ fault: '503', method: 'PUT', path: /partNumber/, times: 4 });
  const changes = { width: { begin: 4, most: 4 }, clock: createInstantClock() };
  const stored = await put(many, changes);
  expect(rule.hits).toBe(4);
  expect(Buffer.from(await bucket.readObject(stored.path)).equals(many)).toBe(true);
});

describe('a service that does not get better', () => {
  it.each(['500', '503', 'reset'] as const)('H12 is given up within the budget: %s', async (fault) => {
    const rule = proxy.on({ fault, method: 'PUT' });
    await expect(put(small, { ...brief })).rejects.toMatchObject({ reason: 'StoreUnavailable' });
    expect(rule.hits).toBeGreaterThan(1);
    expect(logger.messages('warn').some((line) => /storing .* failed for now and is tried again/.test(line))).toBe(
      true,
    );
    expect(await bucket.list(image.imageId)).toEqual([]);
  });

  it.each(['before', 'after'] as const)('H12 a transfer without a byte is a stall: %s', async (when) => {
    proxy.on({ fault: 'stall', when, method: 'PUT', path: /partNumber/ });
    await expect(put(large, { stallMs: 100, ...brief })).rejects.toMatchObject({
      reason: 'TransferStalled',
      message: expect.stringContaining('no byte moved for 0.1 s') as string,
    });
    expect(await bucket.list(image.imageId)).toEqual([]);
  });

  it('H12 waits as long as the service asks', async () => {
    proxy.on({ fault: '503', retryAfter: 1, method: 'PUT', times: 1 });
    const clock = createFakeClock();
    const stored = put(small, { retry: { budgetMs: 20_000, firstMs: 1, longestMs: 40 }, clock });
    await eventually(() => clock.sleeping === 1);
    const before = proxy.requests.length;
    await clock.advance(999);
    expect(proxy.requests).toHaveLength(before);
    await clock.advance(101);
    await stored;
    expect(clock.sleeps).toHaveLength(1);
  });

  it.each([
    ['in one piece', small, { path: /rootfs/, method: 'PUT' }],
    ['in parts', large, { path: /uploadId/, method: 'POST' }],
  ])('H20 a service that says yes and holds nothing is found out: %s', async (_how, bytes, where) => {
    const body = '<CompleteMultipartUploadResult><ETag>"x"</ETag></CompleteMultipartUploadResult>';
    const rule = proxy.on({ fault: 'lying-200', body: where.method === 'PUT' ? '' : body, ...where });
    await expect(put(bytes, { ...brief })).rejects.toMatchObject({
      reason: 'VerificationFailed',
      message: expect.stringContaining('is not there') as string,
    });
    expect(rule.hits).toBeGreaterThan(1);
    expect(await bucket.list(image.imageId)).toEqual([]);
  });

  it('names an endpoint where nobody listens', async () => {
    const nobody = storeAt(`http://127.0.0.1:${String(await freePort())}`, { ...brief });
    await expect(nobody.prepare(never)).rejects.toMatchObject({
      reason: 'StoreUnavailable',
      message: expect.stringContaining('ECONNREFUSED, nobody listens there') as string,
    });
  });
});

describe('prepare', () => {
  it.each([
    ['a wrong secret key', { secretAccessKey: 'wrong' }, /secret key is not the one/],
    ['an unknown access key', { accessKeyId: 'nobody' }, /does not know the access key/],
  ])('H12 refuses %s at once and says which', async (_what, wrong, message) => {
    const credentials = { accessKeyId: server.accessKey, secretAccessKey: server.secretKey, ...wrong };
    await expect(store({ credentials }).prepare(never)).rejects.toMatchObject({
      reason: 'StoreRefused',
      message: expect.stringMatching(message) as string,
      advice: expect.stringContaining('S3_ACCESS_KEY and S3_SECRET_KEY') as string,
    });
    expect(proxy.requests).toHaveLength(1);
  });

  it('H12 refuses a bucket that is not there at once', async () => {
    const elsewhere = createS3Store({ ...optionsOf(server, { endpoint: proxy.url }), bucket: 'no-such-bucket' });
    await expect(elsewhere.prepare(never)).rejects.toMatchObject({
      reason: 'StoreRefused',
      advice: expect.stringContaining('S3_BUCKET') as string,
    });
    expect(proxy.requests).toHaveLength(1);
  });
});

describe('TLS', () => {
  it('H33 a certificate that nobody vouches for is refused at once, accepted with its CA, or with a warning', async () => {
    const certificates = await createCertificates();
    const secure = await startObjectStore({ tls: certificates });
    const open = (trust: S3Settings['trust']) => createS3Store(optionsOf(secure, { trust }, logger));
    await expect(open(await readTrust({ verify: true, caFiles: [] })).prepare(never)).rejects.toMatchObject({
      reason: 'StoreRefused',
      message: expect.stringContaining('CA that is not trusted') as string,
      advice: expect.stringContaining('S3_SSL_VALIDATE') as string,
    });
    expect(logger.messages('warn')).toEqual([]);
    await open(await readTrust({ verify: true, caFiles: [certificates.caFile] })).prepare(never);
    expect(logger.messages('warn')).toEqual([]);
    await open(await readTrust({ verify: false, caFiles: [] })).prepare(never);
    expect(logger.messages('warn')).toEqual([expect.stringContaining('is not checked')]);
  });
});

describe('secrets', () => {
  it('H34 no key and no signature stands in any log line or error', async () => {
    const faults: readonly FaultName[] = ['500', '403', 'reset', 'lying-200'];
    const errors: unknown[] = [];
    for (const fault of faults) {
      const rule = proxy.on({ fault, method: 'PUT' });
      errors.push(await put(small, { ...brief }).catch((error: unknown) => error));
      rule.lift();
    }
    const credentials = { accessKeyId: server.accessKey, secretAccessKey: 'wrong-secret' };
    errors.push(
      await store({ credentials })
        .prepare(never)
        .catch((error: unknown) => error),
    );
    const { inspect } = await import('node:util');
    const said = inspect([errors, logger.entries], { depth: 20, showHidden: true });
    for (const secret of [server.accessKey, server.secretKey, 'wrong-secret', 'Signature=', 'AWS4-HMAC'])
      expect(said).not.toContain(secret);
    expect(errors).toHaveLength(5);
  });
});

describe('the manifest', () => {
  it('H41 is stored again when it is not what was sent, and given up in the end', async () => {
    const stored = await put(small);
    const text = encodeManifest(manifestOf([stored], new Date(0), 's3'));
    const once = proxy.on({ fault: 'lying-200', body: '', method: 'PUT', times: 1 });
    const { path } = await store().putManifest(image, text, never);
    expect(once.hits).toBe(1);
    expect(Buffer.from(await bucket.readObject(path)).toString()).toBe(text);
    proxy.on({ fault: 'lying-200', body: '{}', method: 'GET', path: /manifest/ });
    await expect(store({ ...brief }).putManifest(image, text, never)).rejects.toMatchObject({
      reason: 'VerificationFailed',
    });
  });

  it.each(['HEAD', 'GET', 'PUT'])(
    'H12 is stored although a load balancer answers a %s with 404 of its own',
    async (method) => {
      const text = encodeManifest(manifestOf([await put(small)], new Date(0), 's3'));
      const rule = proxy.on({ ...strayed(404), method, times: 1 });
      const { path } = await store().putManifest(image, text, never);
      expect(rule.hits).toBe(1);
      expect(Buffer.from(await bucket.readObject(path)).toString()).toBe(text);
    },
  );

  it('H12 waits for a service before which a load balancer knows nothing, within the budget', async () => {
    const text = encodeManifest(manifestOf([await put(small)], new Date(0), 's3'));
    proxy.on({ ...strayed(404), path: /rootfs/ });
    await expect(store({ ...brief }).putManifest(image, text, never)).rejects.toMatchObject({
      reason: 'StoreUnavailable',
      message: expect.stringContaining('404, its answer is not that of an S3 service') as string,
    });
  });
});
