// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { PutObjectCommand } from '@aws-sdk/client-s3';
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { encodeManifest, manifestOf, type Manifest } from '@ims/contract';
import { silentLogger } from '@ims/runtime';
import { cleanUp, startObjectStore, temporaryDirectory, type ObjectStore } from '@ims/testing';
import { createDirectoryStore, verifyImage } from '../src/index.ts';
import { createS3Store } from '../src/s3/store.ts';
import { bucketOf, optionsOf, settingsOf, type Bucket } from './bucket.ts';
import { imageOf, never, silent, sourceOf } from './sources.ts';

let server: ObjectStore;
let bucket: Bucket;
let image = imageOf(randomUUID());
beforeAll(async () => {
  server = await startObjectStore();
  bucket = bucketOf(server);
});
beforeEach(() => {
  image = imageOf(randomUUID());
});
afterAll(cleanUp);

const bytes = randomBytes(200_000);
const md5Of = (content: string | Uint8Array): string => createHash('md5').update(content).digest('hex');
type Artifacts = Manifest['artifacts'];

/** Publishes an image and gives its manifest, in S3 or in a directory. */
async function publish(kind: 's3' | 'file'): Promise<{ path: string; text: string; artifacts: Artifacts }> {
  const directory = await temporaryDirectory('verify');
  const store =
    kind === 's3' ? createS3Store(optionsOf(server)) : createDirectoryStore({ directory, logger: silentLogger });
  const stored = await Promise.all(
    (['rootfs', 'kernel'] as const).map(
      async (name) => await store.put(image, sourceOf(name, bytes), { onProgress: silent, signal: never }),
    ),
  );
  const manifest = manifestOf(stored, new Date(0), kind);
  const { path } = await store.putManifest(image, encodeManifest(manifest), never);
  return { path, text: encodeManifest(manifest), artifacts: manifest.artifacts };
}

/** Puts something there, as anybody does who can write in the store. */
async function putObject(
  path: string,
  body: string | Uint8Array,
  metadata: Record<string, string> = {},
): Promise<void> {
  if (!path.startsWith('s3:')) {
    await writeFile(path, body);
    return;
  }
  const Key = path.replace(`s3://${server.bucket}/`, '');
  await bucket.client.send(new PutObjectCommand({ Bucket: server.bucket, Key, Body: body, Metadata: metadata }));
}

const verify = async (path: string): Promise<Manifest> => await verifyImage(path, { s3: settingsOf(server) });
const withArtifacts = (artifacts: readonly unknown[]): string =>
  JSON.stringify({ version: '1.0', created: '2026-01-01 00:00:00.000000', artifacts });

describe.each(['s3', 'file'] as const)('verifyImage of an image by %s', (kind) => {
  it('H20 accepts what was published, and refuses a manifest without exactly one rootfs', async () => {
    const { path, artifacts } = await publish(kind);
    expect((await verify(path)).artifacts).toEqual(artifacts);
    const [rootfs, kernel] = artifacts;
    for (const [some, how] of [
      [[], 'names no rootfs'],
      [[kernel], 'names no rootfs'],
      [[rootfs, rootfs, kernel], 'names 2 rootfs'],
    ] as const) {
      await putObject(path, withArtifacts(some));
      await expect(verify(path)).rejects.toMatchObject({
        reason: 'VerificationFailed',
        message: expect.stringContaining(how) as string,
      });
    }
  });

  it('accepts an image of the reference, whose manifest knows md5 alone, and tells what it has found', async () => {
    const { path, artifacts } = await publish(kind);
    const theirs = withArtifacts(artifacts.map(({ type, md5, link }) => ({ type, md5, link })));
    await putObject(path, theirs, { md5sum: md5Of(theirs) });
    expect((await verify(path)).artifacts).toEqual(artifacts);
    await putObject(path, theirs.replaceAll(md5Of(bytes), '0'.repeat(32)));
    await expect(verify(path)).rejects.toMatchObject({ reason: 'VerificationFailed' });
    await putObject(path, theirs.replaceAll('"md5"', '"md6"'));
    await expect(verify(path)).rejects.toMatchObject({ message: expect.stringContaining('md5 is no text') as string });
  });

  it.each([
    ['"size":200000', '"size":"200000"', 'size is no size'],
    ['"sha256":"', '"sha256":7,"was":"', 'sha256 is no text'],
  ])('refuses a manifest in which %s has become %s', async (from, to, how) => {
    const { path, artifacts } = await publish(kind);
    await putObject(path, withArtifacts(artifacts).replaceAll(from, to));
    await expect(verify(path)).rejects.toMatchObject({
      reason: 'VerificationFailed',
      message: expect.stringContaining(how) as string,
    });
  });
});

describe('the manifest of an image in S3', () => {
  it.each(['md5sum', 'sha256sum'])('H20 is refused when it is not what its %s says', async (name) => {
    const { path, text } = await publish('s3');
    const { Metadata = {} } = await bucket.head(path);
    const edited = text.replace('"created": "', '"created": "x');
    await putObject(path, edited, { [name]: Metadata[name] ?? '' });
    await expect(verify(path)).rejects.toMatchObject({
      reason: 'VerificationFailed',
      message: expect.stringContaining(`metadata ${name}`) as string,
    });
    await putObject(path, text, Metadata);
    expect((await verify(path)).artifacts).toHaveLength(2);
  });

  it('H20 of our own names objects that bear their checksums', async () => {
    const { path, artifacts } = await publish('s3');
    const rootfs = artifacts[0]?.link.path ?? '';
    await putObject(rootfs, await bucket.readObject(rootfs));
    await expect(verify(path)).rejects.toMatchObject({
      reason: 'VerificationFailed',
      message: expect.stringContaining('metadata md5sum') as string,
    });
  });
});
