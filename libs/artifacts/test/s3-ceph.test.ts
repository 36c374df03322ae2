// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { randomBytes, randomUUID } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { CreateBucketCommand, PutBucketPolicyCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { encodeManifest, manifestOf } from '@ims/contract';
import type { ArtifactStore } from '@ims/export';
import { trustOnly } from '@ims/http';
import {
  awsCli,
  cleanUp,
  createInstantClock,
  findCeph,
  NODE,
  recordingLogger,
  SOURCE_TREE,
  spawnProgram,
  startCephStore,
  startFaultProxy,
  temporaryDirectory,
  type CephStore,
  type CephUser,
  type FaultProxy,
  type RecordingLogger,
} from '@ims/testing';
import { createS3Store, type S3StoreOptions } from '../src/s3/store.ts';
import { bucketOf, PART, type Bucket } from './bucket.ts';
import { imageOf, never, silent, sourceOf } from './sources.ts';

const found = await findCeph();
const title = 'why' in found ? `Ceph RGW (left out: ${found.why})` : 'Ceph RGW';
const BUCKET = 'boot-images';
const bytes = randomBytes(3 * PART + 1_000_003);

const WANTED_HERE = [
  's3:PutObject',
  's3:DeleteObject',
  's3:ListBucket',
  's3:ListBucketMultipartUploads',
  's3:AbortMultipartUpload',
];

let ceph: CephStore;
let proxy: FaultProxy;
let bucket: Bucket;
let logger: RecordingLogger;

function optionsOf(user: CephUser, changes: Partial<S3StoreOptions> = {}): S3StoreOptions {
  return {
    endpoint: proxy.url,
    credentials: { accessKeyId: user.accessKey, secretAccessKey: user.secretKey },
    trust: trustOnly([]),
    stallMs: 20_000,
    retry: { budgetMs: 20_000, firstMs: 100, longestMs: 500 },
    partBytes: PART,
    bucket: BUCKET,
    logger,
    ...changes,
  };
}

/** A new image, and a store of its own for a user. */
function opened(user: CephUser = ceph, changes: Partial<S3StoreOptions> = {}) {
  logger = recordingLogger();
  return { store: createS3Store(optionsOf(user, changes)), image: imageOf(randomUUID()) };
}

async function publish(store: ArtifactStore, image: ReturnType<typeof imageOf>): Promise<string> {
  const options = { onProgress: silent, signal: never };
  const rootfs = await store.put(image, sourceOf('rootfs', bytes), options);
  const kernel = await store.put(image, sourceOf('kernel', bytes.subarray(0, 300_000)), options);
  return (await store.putManifest(image, encodeManifest(manifestOf([rootfs, kernel], new Date(0), 's3')), never)).path;
}

/** The policy as the page has it, for another user and bucket, without some of its actions. */
async function policyFor(user: CephUser, without: readonly string[] = []): Promise<string> {
  const page = await readFile(`${SOURCE_TREE}/docs/publishing.md`, 'utf8');
  const text = /```json\n(\{[^`]*"Statement"[^`]*)```/.exec(page)?.[1] ?? '';
  const policy = JSON.parse(text.replace('user/ims', `user/${user.name}`)) as { Statement: { Action: string[] }[] };
  for (const statement of policy.Statement)
    statement.Action = statement.Action.filter((action) => !without.includes(action));
  return JSON.stringify(policy);
}

describe.skipIf('why' in found)(title, () => {
  beforeAll(async () => {
    ceph = await startCephStore('root' in found ? found.root : '');
    proxy = await startFaultProxy({ target: ceph.endpoint });
    bucket = bucketOf({ ...ceph, bucket: BUCKET });
    await bucket.client.send(new CreateBucketCommand({ Bucket: BUCKET }));
  }, 300_000);
  afterAll(cleanUp, 60_000);

  it('H12 is tried, says what it does not keep in one line, and is left as it was', async () => {
    const { store } = opened();
    await store.prepare(never);
    expect(logger.messages('info')).toEqual([expect.stringMatching(/^learned of the S3 service: it keeps no sha256/)]);
    expect(await bucket.list('00000000-0000-0000-0000-')).toEqual([]);
  });

  it('H20 gets an image that a foreign client reads as the reference would have left it', async () => {
    const { store, image } = opened();
    await store.prepare(never);
    await publish(store, image);
    expect(await bucket.list(image.imageId)).toEqual(['kernel', 'manifest.json', 'rootfs']);
    const aws = await awsCli({ ...ceph, caFile: undefined });
    const directory = await temporaryDirectory('ceph-read');
    await aws('s3', 'cp', '--only-show-errors', `s3://${BUCKET}/${image.imageId}/rootfs`, `${directory}/rootfs`);
    expect((await readFile(`${directory}/rootfs`)).equals(bytes)).toBe(true);
    const head = JSON.parse(
      await aws('s3api', 'head-object', '--bucket', BUCKET, '--key', `${image.imageId}/rootfs`),
    ) as { ETag: string; ContentType: string; Metadata: Record<string, string> };
    const manifest = JSON.parse(Buffer.from(await bucket.readObject(`${image.imageId}/manifest.json`)).toString()) as {
      artifacts: { md5: string; link: { etag: string; path: string } }[];
    };
    expect(head).toMatchObject({
      ContentType: 'binary/octet-stream',
      Metadata: { md5sum: manifest.artifacts[0]?.md5, 'x-shasta-ims-image-id': image.imageId },
    });
    expect(head.ETag).toBe(`"${manifest.artifacts[0]?.link.etag ?? ''}"`);
    expect(head.ETag).toMatch(/^"[0-9a-f]{32}-4"$/);
  });

  it('H3 goes on after kill -9 with the parts that it holds', async () => {
    const { store, image } = opened();
    const directory = await temporaryDirectory('ceph-resume');
    const [file, checkpoint] = [`${directory}/rootfs`, `${directory}/checkpoint`];
    await writeFile(file, bytes);
    const rule = proxy.on({ fault: 'stall', method: 'PUT', path: /partNumber=3/, times: 1 });
    const child = spawnProgram({
      app: 'upload',
      command: [NODE, fileURLToPath(new URL('./upload-child.ts', import.meta.url))],
      args: [
        JSON.stringify(optionsOf(ceph, { width: { begin: 1, most: 1 } })),
        JSON.stringify(image),
        file,
        checkpoint,
      ],
    });
    await Promise.race([rule.hit, child.ended.then(({ code }) => expect({ code, said: child.stderr }).toBe('killed'))]);
    child.kill('SIGKILL');
    await child.ended;
    const saved = { found: await readFile(checkpoint, 'utf8'), save: async () => undefined };
    const stored = await store.put(image, sourceOf('rootfs', bytes), {
      onProgress: silent,
      signal: never,
      checkpoint: saved,
    });
    expect(logger.entries.find(({ message }) => message === 'an unfinished upload goes on')?.fields).toMatchObject({
      held: 2,
    });
    expect(Buffer.from(await bucket.readObject(stored.path)).equals(bytes)).toBe(true);
    expect(await bucket.list(image.imageId)).toEqual(['rootfs']);
  });

  it('H3 completes an upload once, however often it is asked', async () => {
    const { store, image } = opened(ceph, { clock: createInstantClock() });
    const twice = proxy.on({ fault: 'duplicate', method: 'POST', path: /uploadId=/, answer: 'second', times: 1 });
    await publish(store, image);
    expect(twice.hits).toBe(1);
    expect(await bucket.list(image.imageId)).toEqual(['kernel', 'manifest.json', 'rootfs']);
  });

  it('H12 lets a user publish, resume and take back who has the actions of the page alone, and names one that is missing', async () => {
    const user = await ceph.addUser('publisher');
    const allow = async (...without: string[]): Promise<void> => {
      const Policy = await policyFor(user, without);
      await bucket.client.send(new PutBucketPolicyCommand({ Bucket: BUCKET, Policy }));
    };
    await allow();
    const { store, image } = opened(user);
    await store.prepare(never);
    await publish(store, image);
    await store.discard(image, never);
    expect(await bucket.list(image.imageId)).toEqual([]);
    // To whom an object belongs may read it here, and list the parts of an upload, whatever the policy says.
    for (const action of WANTED_HERE) {
      await allow(action);
      await expect(opened(user).store.prepare(never), action).rejects.toMatchObject({
        reason: 'StoreRefused',
        message: expect.stringContaining(`(${action})`) as string,
      });
    }
  });

  it('H12 names a policy that wants encryption, a quota and a suspended user as what they are', async () => {
    const statement = {
      Effect: 'Deny',
      Principal: '*',
      Action: 's3:PutObject',
      Resource: `arn:aws:s3:::${BUCKET}/*`,
      Condition: { Null: { 's3:x-amz-server-side-encryption': 'true' } },
    };
    const Policy = JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
    await bucket.client.send(new PutBucketPolicyCommand({ Bucket: BUCKET, Policy }));
    await expect(opened().store.prepare(never)).rejects.toThrow('a policy of the bucket takes encrypted objects alone');
    await bucket.client.send(new PutBucketPolicyCommand({ Bucket: BUCKET, Policy: await policyFor(ceph) }));

    await ceph.admin('quota', 'set', '--quota-scope', 'user', '--uid', ceph.name, '--max-objects', '0');
    await ceph.admin('quota', 'enable', '--quota-scope', 'user', '--uid', ceph.name);
    await expect(opened().store.prepare(never)).rejects.toMatchObject({
      reason: 'NoSpace',
      message: expect.stringContaining('the quota is used up') as string,
    });
    await ceph.admin('quota', 'disable', '--quota-scope', 'user', '--uid', ceph.name);

    await ceph.admin('user', 'suspend', '--uid', ceph.name);
    await expect(opened().store.prepare(never)).rejects.toThrow('403 UserSuspended, the S3 user is suspended');
  });
});
