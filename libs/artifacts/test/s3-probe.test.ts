// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';

import { encodeManifest, manifestOf, type StoredArtifact } from '@ims/contract';
import { createCertificates, createInstantClock, startObjectStore, type FaultRule } from '@ims/testing';
import { createS3Store } from '../src/s3/store.ts';
import { verifyImage, type S3Settings } from '../src/index.ts';
import { optionsOf, PART, settingsOf } from './bucket.ts';
import { bucket, image, logger, proxy, server, useProxiedBucket } from './proxied-bucket.ts';
import { never, silent, sourceOf } from './sources.ts';

useProxiedBucket();

const TRIED = '00000000-0000-0000-0000-';
const store = (changes: Partial<S3Settings> = {}) =>
  createS3Store(optionsOf(server, { endpoint: proxy.url, ...changes }, logger));
const put = async (s3 = store(), bytes: Uint8Array = randomBytes(300_000)): Promise<StoredArtifact> =>
  await s3.put(image, sourceOf('rootfs', bytes), { onProgress: silent, signal: never });
const manifestFor = (...stored: StoredArtifact[]): string => encodeManifest(manifestOf(stored, new Date(0), 's3'));
const calls = (): string[] => proxy.requests.map(({ method }) => method);
const learned = (): string[] => logger.messages().filter((line) => line.startsWith('learned of the S3 service'));
const denied = (where: Pick<FaultRule, 'method' | 'path'>): FaultRule => ({ fault: '403', ...where });

const LIST_OBJECTS = { method: 'GET', path: /list-type=2/ };
const LIST_UPLOADS = { method: 'GET', path: /\?.*uploads/ };

/** Which calls need which right. */
const RIGHTS: readonly (readonly [action: string, where: Pick<FaultRule, 'method' | 'path'>])[] = [
  ['s3:PutObject', { method: 'POST', path: /\?uploads/ }],
  ['s3:PutObject', { method: 'PUT', path: /partNumber/ }],
  ['s3:PutObject', { method: 'PUT', path: /trial-whole/ }],
  ['s3:GetObject', { method: 'HEAD' }],
  ['s3:GetObject', { method: 'GET', path: /trial-whole/ }],
  ['s3:DeleteObject', { method: 'DELETE', path: /trial(-whole)?(\?x-id=DeleteObject)?$/ }],
  ['s3:ListBucket', LIST_OBJECTS],
  ['s3:ListBucketMultipartUploads', LIST_UPLOADS],
  ['s3:ListMultipartUploadParts', { method: 'GET', path: /uploadId=/ }],
  ['s3:AbortMultipartUpload', { method: 'DELETE', path: /uploadId=/ }],
];

describe('H12 the check before the shell', () => {
  it('does every kind of call that publishing, tidying up and taking back will do, and leaves nothing', async () => {
    await store().prepare(never);
    const tried = new Set(calls());
    expect(tried).toEqual(new Set(['POST', 'PUT', 'HEAD', 'GET', 'DELETE']));
    for (const [, where] of RIGHTS) {
      const found = proxy.requests.filter(
        ({ method, path, query }) => method === where.method && `${path}${query}`.search(where.path ?? /^/) >= 0,
      );
      expect(found.length, String(where.path)).toBeGreaterThan(0);
    }
    expect(await bucket.list(TRIED)).toEqual([]);
    expect(await bucket.uploads(TRIED)).toEqual([]);
    expect(learned()).toEqual([]);
  });

  it.each(RIGHTS)('names the action that is missing: %s at %o', async (action, where) => {
    proxy.on(denied(where));
    await expect(store().prepare(never)).rejects.toMatchObject({
      reason: 'StoreRefused',
      message: expect.stringContaining(`(${action})`) as string,
      advice: expect.stringContaining(action) as string,
    });
  });

  it('names all that is missing at once', async () => {
    const before = await bucket.uploads(TRIED);
    proxy.on(denied(LIST_OBJECTS));
    proxy.on(denied(LIST_UPLOADS));
    await expect(store().prepare(never)).rejects.toMatchObject({
      message: expect.stringMatching(
        /s3:ListBucketMultipartUploads\), nor to list objects \(s3:ListBucket\)$/,
      ) as string,
    });
    expect(await bucket.uploads(TRIED)).toEqual(before);
  });

  it('tells a policy that wants encryption from a missing right', async () => {
    const header = ['x-amz-server-side-encryption', /^$/] as const;
    for (const method of ['POST', 'PUT']) proxy.on({ fault: '403', method, header });
    await expect(store().prepare(never)).rejects.toMatchObject({
      reason: 'StoreRefused',
      message: expect.stringContaining('a policy of the bucket takes encrypted objects alone') as string,
      advice: expect.stringContaining('encrypt by default') as string,
    });
    expect(await bucket.list(TRIED)).toEqual([]);
  });

  it.each([
    ['a part', { method: 'PUT', path: /partNumber/ }],
    ['the completion', { method: 'POST', path: /uploadId/ }],
    ['an object', { method: 'PUT', path: /PutObject/ }],
  ])('tries again when a portal says yes in the place of the service: %s', async (_, where) => {
    const rule = proxy.on({ fault: 'lying-200', ...where, times: 1 });
    await store({ clock: createInstantClock() }).prepare(never);
    expect(rule.hits).toBe(1);
  });

  it('tells a user that is suspended from one without rights', async () => {
    proxy.on({ fault: '403', code: 'UserSuspended' });
    await expect(store().prepare(never)).rejects.toMatchObject({
      message: expect.stringContaining('403 UserSuspended, the S3 user is suspended') as string,
      advice: expect.stringContaining('enable the S3 user') as string,
    });
    expect(calls()).toEqual(['POST']);
  });

  it('names an http address of a port that speaks TLS', async () => {
    const secure = await startObjectStore({ tls: await createCertificates() });
    const { host } = new URL(secure.endpoint);
    const wrong = createS3Store(optionsOf(secure, { endpoint: `http://${host}` }, logger));
    await expect(wrong.prepare(never)).rejects.toMatchObject({
      reason: 'StoreRefused',
      message: `S3_ENDPOINT says http, and ${host} speaks TLS`,
      advice: expect.stringContaining(`https://${host}`) as string,
    });
  });
});

describe('a service that takes no checksums', () => {
  const refuse = (status: number, header: string): void => {
    proxy.on({ fault: 'answer', status, code: 'NotImplemented', header: [header, /./] });
  };

  it.each([400, 501])('with a HEAD (%i) is asked without before the shell opens, and from then on', async (status) => {
    refuse(status, 'x-amz-checksum-mode');
    const s3 = store();
    await s3.prepare(never);
    expect(learned()).toEqual([expect.stringContaining('cannot be asked for the checksum of an object')]);
    const before = proxy.requests.length;
    const stored = await put(s3, randomBytes(PART + 1));
    await s3.putManifest(image, manifestFor(stored), never);
    const since = proxy.requests.slice(before);
    expect(since.filter(({ status: answered }) => answered === status)).toEqual([]);
    expect(since.filter(({ headers }) => headers['x-amz-checksum-mode'] !== undefined)).toEqual([]);
  });

  it('anywhere says so in one line, and publishes and reads back all the same', async () => {
    for (const header of ['x-amz-checksum-mode', 'x-amz-checksum-algorithm', 'x-amz-checksum-sha256'])
      refuse(400, header);
    const s3 = store();
    await s3.prepare(never);
    const stored = await put(s3, randomBytes(PART + 1));
    const { path } = await s3.putManifest(image, manifestFor(stored), never);
    expect(learned()).toEqual([
      'learned of the S3 service: it keeps no sha256 of objects: etags and signed payloads have to do',
    ]);
    const settings = settingsOf(server, { endpoint: proxy.url });
    await expect(verifyImage(path, { s3: settings })).resolves.toMatchObject({ artifacts: [{ md5: stored.md5 }] });
  });

  it('with a part sent for its checksum alone gets signed payloads', async () => {
    proxy.on({ fault: '403', method: 'PUT', header: ['x-amz-content-sha256', /UNSIGNED/] });
    const s3 = store();
    await s3.prepare(never);
    expect(learned()).toEqual(['learned of the S3 service: it wants signed payloads']);
    await put(s3, randomBytes(PART + 1));
    expect(proxy.requests.filter(({ status }) => status === 403)).toHaveLength(1);
  });
});

describe('rights that are taken away while the job runs', () => {
  it('H41 do not fail an image whose manifest is stored', async () => {
    const s3 = store();
    const text = manifestFor(await put(s3));
    proxy.on(denied(LIST_UPLOADS));
    proxy.on(denied(LIST_OBJECTS));
    await s3.putManifest(image, text, never);
    expect(await bucket.list(image.imageId)).toEqual(['manifest.json', 'rootfs']);
    expect(logger.messages('warn').at(-1)).toMatch(/stays; nothing but space is lost$/);
  });

  it.each([
    ['list uploads', [LIST_UPLOADS], 's3:ListBucketMultipartUploads'],
    ['list anything', [LIST_UPLOADS, LIST_OBJECTS], 's3:ListBucketMultipartUploads'],
    ['list objects', [LIST_OBJECTS], 's3:ListBucket'],
  ])('H3 leave to taking back all that it can remove: no right to %s', async (_, wheres, action) => {
    const s3 = store();
    await s3.putManifest(image, manifestFor(await put(s3)), never);
    for (const where of wheres) proxy.on(denied(where));
    await expect(s3.discard(image, never)).rejects.toMatchObject({
      message: expect.stringContaining(action) as string,
    });
    expect(await bucket.list(image.imageId)).toEqual([]);
  });

  it('are named with the action that is missing, by a HEAD without a word too', async () => {
    proxy.on(denied({ method: 'HEAD' }));
    const s3 = store();
    await expect(put(s3)).rejects.toMatchObject({
      message: expect.stringMatching(/: 403, access is denied \(s3:GetObject\)$/) as string,
      advice: expect.stringContaining('S3_ACCESS_KEY') as string,
    });
  });
});

it('H12 a completion that the server still works at is told in its own words', async () => {
  const body =
    '<Error><Code>InternalError</Code><Message>This multipart completion is already in progress</Message></Error>';
  proxy.on({ fault: 'answer', status: 500, body, method: 'POST', path: /uploadId=/, times: 1 });
  await put(store({ clock: createInstantClock() }), randomBytes(PART + 1));
  const [entry] = logger.entries.filter(({ level }) => level === 'warn');
  expect(entry?.fields).toMatchObject({
    err: {
      message: expect.stringContaining('the service says: This multipart completion is already in progress') as string,
    },
  });
});

it('every object is of the type that clients of the artifacts know', async () => {
  const s3 = store();
  const stored = [
    await put(s3),
    await s3.put(image, sourceOf('kernel', randomBytes(PART + 1)), { onProgress: silent, signal: never }),
  ];
  const { path } = await s3.putManifest(image, manifestFor(...stored), never);
  for (const each of [...stored.map((artifact) => artifact.path), path])
    expect((await bucket.head(each)).ContentType).toBe('binary/octet-stream');
});
