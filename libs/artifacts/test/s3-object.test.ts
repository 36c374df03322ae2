// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { createHash, randomBytes } from 'node:crypto';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';

import { encodeManifest, manifestOf, MANIFEST_KEY, type StoredArtifact } from '@ims/contract';
import { silentLogger } from '@ims/runtime';
import { awsCli, temporaryDirectory } from '@ims/testing';
import { createDualStore, openS3Object, verifyImage } from '../src/index.ts';
import { createS3Store } from '../src/s3/store.ts';
import { optionsOf, PART, settingsOf } from './bucket.ts';
import { bucket, image, proxy, server, useProxiedBucket } from './proxied-bucket.ts';
import { never, silent, sourceOf } from './sources.ts';

useProxiedBucket();

const bytes = randomBytes(PART + 1_000_003);
const md5 = createHash('md5').update(bytes).digest('hex');
const settings = (changes = {}) => settingsOf(server, { endpoint: proxy.url, stallMs: 500, ...changes });
const put = async (): Promise<StoredArtifact> =>
  await createS3Store(optionsOf(server)).put(image, sourceOf('rootfs', bytes), { onProgress: silent, signal: never });
const publish = async (): Promise<{ path: string; stored: StoredArtifact }> => {
  const stored = await put();
  const text = encodeManifest(manifestOf([stored], new Date(0), 's3'));
  const { path } = await createS3Store(optionsOf(server)).putManifest(image, text, never);
  return { path, stored };
};
const readAll = async (chunks: AsyncIterable<Uint8Array>): Promise<Buffer> =>
  Buffer.concat(await Array.fromAsync(chunks));

describe('what is published', () => {
  it('is found by a foreign client with its bytes and its metadata', async () => {
    const { path, stored } = await publish();
    const aws = await awsCli(server);
    const directory = await temporaryDirectory('foreign');
    await aws('s3', 'cp', '--recursive', path.replace(/\/[^/]*$/, '/'), directory);
    expect((await readFile(`${directory}/rootfs`)).equals(bytes)).toBe(true);
    const head = async (name: string): Promise<Record<string, unknown>> =>
      JSON.parse(
        await aws('s3api', 'head-object', '--bucket', server.bucket, '--key', `${image.imageId}/${name}`),
      ) as Record<string, unknown>;
    const rootfs = await head('rootfs');
    expect(rootfs).toMatchObject({
      ContentLength: bytes.length,
      ETag: `"${stored.etag}"`,
      Metadata: {
        md5sum: md5,
        sha256sum: stored.sha256,
        'x-shasta-ims-image-id': image.imageId,
        'x-shasta-ims-job-id': image.jobId,
        'x-shasta-ims-image-name': expect.stringMatching(/^=\?UTF-8\?B\?/) as string,
      },
    });
    const manifest = await head(MANIFEST_KEY);
    expect(Object.keys(manifest['Metadata'] as object).sort()).toEqual(['md5sum', 'sha256sum']);
  });

  it('H20 the service keeps the sha256 of what it holds', async () => {
    const { ChecksumSHA256 } = await bucket.head((await put()).path);
    expect(ChecksumSHA256).toMatch(/-2$/);
  });

  it('the manifest removes what else lies there', async () => {
    const store = createS3Store(optionsOf(server));
    await store.put(image, sourceOf('initrd', bytes.subarray(9)), { onProgress: silent, signal: never });
    await publish();
    expect((await bucket.list(image.imageId)).sort()).toEqual(['manifest.json', 'rootfs']);
  });
});

describe('verifyImage', () => {
  it('reads an image in S3 back, and finds a single byte that changed', async () => {
    const { path, stored } = await publish();
    expect((await verifyImage(path, { s3: settings() })).artifacts).toHaveLength(1);
    const file = stored.path.replace('s3:/', server.directory);
    const held = await readFile(file);
    held.writeUInt8(held.readUInt8(77_777) ^ 1, 77_777);
    await writeFile(file, held);
    await expect(verifyImage(path, { s3: settings() })).rejects.toMatchObject({
      reason: 'VerificationFailed',
      message: expect.stringContaining(`${stored.path} is not what its manifest says`) as string,
    });
  });

  it('says what is not there and how it would be reached', async () => {
    const { path, stored } = await publish();
    await rm(stored.path.replace('s3:/', server.directory));
    await expect(verifyImage(path, { s3: settings() })).rejects.toMatchObject({ reason: 'VerificationFailed' });
    await expect(verifyImage(path)).rejects.toMatchObject({ reason: 'ConfigurationInvalid' });
    await expect(verifyImage('s3://x')).rejects.toMatchObject({ reason: 'ConfigurationInvalid' });
  });
});

describe('an object as a source', () => {
  it('tells its size and md5, and is read from any byte on', async () => {
    const { path } = await put();
    const object = await openS3Object({ settings: settings(), address: path, signal: never });
    expect(object).toMatchObject({ size: bytes.length, md5sum: md5 });
    expect((await readAll(object.read(0))).equals(bytes)).toBe(true);
    expect((await readAll(object.read(PART))).equals(bytes.subarray(PART))).toBe(true);
    expect(await readAll(object.read(bytes.length))).toHaveLength(0);
  });

  it.each([
    ['500', { fault: '500' }],
    ['a reset', { fault: 'reset', when: 'response' }],
    ['a stall', { fault: 'stall', when: 'response' }],
    ['a half-closed answer', { fault: 'half-close' }],
    ['a truncated answer', { fault: 'truncated-body' }],
  ] as const)('H12 goes on where it broke: %s', async (_what, fault) => {
    const { path } = await put();
    const rule = proxy.on({ ...fault, method: 'GET', times: 1 });
    const object = await openS3Object({ settings: settings(), address: path, signal: never });
    expect((await readAll(object.read(0))).equals(bytes)).toBe(true);
    expect(rule.hits).toBe(1);
  });

  it('H12 fails at once for one that is not there or not ours, and in the end for a server that is away', async () => {
    const { path } = await put();
    const open = async (address: string, changes = {}) =>
      await openS3Object({ settings: settings(changes), address, signal: never });
    await expect(open(`${path}-not`)).rejects.toMatchObject({ reason: 'SourceRefused' });
    const credentials = { accessKeyId: server.accessKey, secretAccessKey: 'wrong' };
    await expect(open(path, { credentials })).rejects.toMatchObject({ reason: 'SourceRefused' });
    await expect(open('s3://only-a-bucket')).rejects.toMatchObject({ reason: 'ConfigurationInvalid' });
    proxy.on({ fault: '503' });
    const retry = { budgetMs: 100, firstMs: 1, longestMs: 5 };
    await expect(open(path, { retry })).rejects.toMatchObject({ reason: 'SourceUnavailable' });
  });

  it('is there although a load balancer answers with 404 of its own, once for each question', async () => {
    const { path } = await put();
    for (const method of ['HEAD', 'GET']) proxy.on({ fault: 'answer', status: 404, dialect: 'html', method, times: 1 });
    const object = await openS3Object({ settings: settings(), address: path, signal: never });
    expect((await readAll(object.read(0))).equals(bytes)).toBe(true);
  });

  it('that has no bytes is there too', async () => {
    const stored = await createS3Store(optionsOf(server)).put(image, sourceOf('kernel', Buffer.of()), {
      onProgress: silent,
      signal: never,
    });
    proxy.on({ fault: 'answer', status: 404, dialect: 'html', method: 'HEAD', times: 1 });
    const object = await openS3Object({ settings: settings(), address: stored.path, signal: never });
    expect(object.size).toBe(0);
  });

  it('may be asked for again when it was replaced while it was read', async () => {
    const { path } = await put();
    const object = await openS3Object({ settings: settings(), address: path, signal: never });
    await createS3Store(optionsOf(server)).put(image, sourceOf('rootfs', randomBytes(PART)), {
      onProgress: silent,
      signal: never,
    });
    const asked = proxy.requests.length;
    await expect(readAll(object.read(10))).rejects.toMatchObject({
      reason: 'SourceUnavailable',
      message: expect.stringContaining('was replaced while it was read') as string,
    });
    expect(proxy.requests).toHaveLength(asked + 1);
  });
});

describe('a copy', () => {
  it('leads to its own files and can be verified when the bucket is gone', async () => {
    const directory = await temporaryDirectory('copy');
    const copy = { directory, logger: silentLogger };
    const store = createDualStore({ primary: createS3Store(optionsOf(server)), copy });
    const stored = await store.put(image, sourceOf('rootfs', bytes), { onProgress: silent, signal: never });
    const location = await store.putManifest(image, encodeManifest(manifestOf([stored], new Date(0), 's3')), never);
    expect(location.path).toBe(`s3://${server.bucket}/${image.imageId}/manifest.json`);
    await createS3Store(optionsOf(server)).discard(image, never);
    const { artifacts } = await verifyImage(`${directory}/${image.imageId}/manifest.json`);
    expect(artifacts.map(({ link }) => link.path)).toEqual([`${directory}/${image.imageId}/rootfs`]);
  });

  it('that cannot be written fails the step, and what the bucket has by then is not sent again', async () => {
    const directory = `${await temporaryDirectory('copy')}/file`;
    await writeFile(directory, '');
    const primary = createS3Store(optionsOf(server, { endpoint: proxy.url }));
    const store = (where: string) => createDualStore({ primary, copy: { directory: where, logger: silentLogger } });
    const putIn = async (where: string) =>
      await store(where).put(image, sourceOf('rootfs', bytes), { onProgress: silent, signal: never });
    await expect(store(directory).prepare(never)).rejects.toMatchObject({ reason: 'StoreUnavailable' });
    await expect(putIn(directory)).rejects.toMatchObject({ reason: 'StoreUnavailable' });
    const sent = proxy.requests.filter(({ method }) => method === 'PUT').length;
    await putIn(await temporaryDirectory('copy'));
    expect(proxy.requests.filter(({ method }) => method === 'PUT')).toHaveLength(sent);
  });
});
