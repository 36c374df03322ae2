// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { randomBytes } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';

import type { StoredArtifact } from '@ims/contract';
import type { ArtifactSource, ArtifactStore } from '@ims/export';
import { createS3Store } from '../src/s3/store.ts';
import { optionsOf, PART } from './bucket.ts';
import { bucket, image, logger, proxy, server, useProxiedBucket } from './proxied-bucket.ts';
import { never, packedSourceOf, silent, sourceOf } from './sources.ts';

useProxiedBucket();

let store: ArtifactStore;
beforeEach(() => {
  store = createS3Store(optionsOf(server, { endpoint: proxy.url }, logger));
});

const SOURCES: readonly (readonly [string, Buffer, (bytes: Buffer) => Promise<ArtifactSource>])[] = [
  ['in one piece', randomBytes(300_000), async (bytes) => sourceOf('rootfs', bytes)],
  ['in parts', randomBytes(2 * PART + 1_000_003), async (bytes) => sourceOf('rootfs', bytes)],
  [
    'in parts, of an archive whose sums were taken',
    randomBytes(4 * PART),
    async (bytes) => await packedSourceOf(bytes),
  ],
];

const COMPLETED = '<CompleteMultipartUploadResult><ETag>"x"</ETag></CompleteMultipartUploadResult>';

const put = async (source: ArtifactSource): Promise<StoredArtifact> =>
  await store.put(image, source, { onProgress: silent, signal: never });
const sent = (): number => proxy.requests.filter(({ method }) => method === 'PUT').length;
const holds = async ({ path }: StoredArtifact, bytes: Buffer): Promise<boolean> =>
  Buffer.from(await bucket.readObject(path)).equals(bytes);

/** What older services answer to everything that speaks of checksums. */
function refuseSums(): void {
  for (const header of ['x-amz-checksum-algorithm', 'x-amz-checksum-sha256'])
    proxy.on({ fault: 'answer', status: 501, code: 'NotImplemented', header: [header, /./] });
}

describe.each(SOURCES)('an object %s', (_how, bytes, source) => {
  it('H20 is stored by a service that takes no checksums, and not again when it is there', async () => {
    refuseSums();
    const stored = await put(await source(bytes));
    expect(await holds(stored, bytes)).toBe(true);
    expect(await bucket.list(image.imageId)).toEqual(['rootfs']);
    expect((await bucket.head(stored.path)).ChecksumSHA256).toBeUndefined();
    expect(logger.messages('info').filter((line) => line.startsWith('learned of the S3 service'))).toHaveLength(1);
    const before = sent();
    expect(await put(await source(bytes))).toEqual(stored);
    expect(sent()).toBe(before);
  });

  it.each([
    ['with checksums', () => undefined],
    ['without', refuseSums],
  ])('H20 is stored anew over another one of its length and metadata, by a service %s', async (_service, beSo) => {
    beSo();
    const { path } = await put(await source(bytes));
    await bucket.swap(path, randomBytes(bytes.length));
    expect(await holds(await put(await source(bytes)), bytes)).toBe(true);
  });

  it('H20 that the service says it holds while another one of its length lies there is found out', async () => {
    refuseSums();
    const stored = await put(await source(bytes));
    await bucket.swap(stored.path, randomBytes(bytes.length));
    const where = bytes.length > PART ? { method: 'POST', path: /uploadId=/ } : { method: 'PUT', path: /rootfs/ };
    proxy.on({ fault: 'lying-200', body: COMPLETED, ...where });
    const options = optionsOf(server, { endpoint: proxy.url, retry: { budgetMs: 300, firstMs: 1, longestMs: 5 } });
    store = createS3Store(options);
    await expect(put(await source(bytes))).rejects.toMatchObject({ reason: 'VerificationFailed' });
  });
});

describe('prepare', () => {
  it('tries without checksums when the service takes none, and all that follows knows it', async () => {
    refuseSums();
    await store.prepare(never);
    const refused = (): number => proxy.requests.filter(({ status }) => status === 501).length;
    expect(refused()).toBe(1);
    const stored = await put(sourceOf('rootfs', SOURCES[0]?.[1] ?? Buffer.of()));
    expect(refused()).toBe(1);
    expect(await bucket.list(image.imageId)).toEqual(['rootfs']);
    expect(stored.etag).toBe(stored.md5);
  });

  it('tells what a service refuses for good whatever is asked', async () => {
    proxy.on({ fault: 'answer', status: 501, code: 'NotImplemented', method: 'POST' });
    await expect(store.prepare(never)).rejects.toMatchObject({
      reason: 'StoreRefused',
      message: expect.stringContaining('501 NotImplemented') as string,
    });
    expect(proxy.requests).toHaveLength(2);
  });
});
