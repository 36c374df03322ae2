// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { CreateMultipartUploadCommand } from '@aws-sdk/client-s3';
import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

import { Failure } from '@ims/runtime';
import { eventually, spawnProgram, NODE, temporaryDirectory } from '@ims/testing';
import type { ArtifactSource } from '@ims/export';
import { createS3Store } from '../src/s3/store.ts';
import { optionsOf, PART } from './bucket.ts';
import { bucket, image, logger, proxy, server, useProxiedBucket } from './proxied-bucket.ts';
import { never, packedSourceOf, silent, sourceOf } from './sources.ts';

useProxiedBucket();

const bytes = randomBytes(5 * PART + 777_777);
const PACKED_PART = 8 * 1024 * 1024;
const large = randomBytes(3 * PACKED_PART + 777_777);
const store = () => createS3Store(optionsOf(server, { endpoint: proxy.url }, logger));
const put = async (source: ArtifactSource, found?: string, save: (text: string) => void = silent) =>
  await store().put(image, source, {
    onProgress: silent,
    signal: never,
    checkpoint: {
      found,
      save: async (text) => {
        save(text);
      },
    },
  });
const partsSent = (): number[] =>
  proxy.requests
    .flatMap(({ method, query }) => (method === 'PUT' ? [Number(/partNumber=(\d+)/.exec(query)?.[1])] : []))
    .sort((a, b) => a - b);
const isRight = async (path: string, wanted: Uint8Array = bytes): Promise<void> => {
  expect(Buffer.from(await bucket.readObject(path)).equals(wanted)).toBe(true);
  expect(await bucket.list(image.imageId)).toEqual(['rootfs']);
};

/** An upload that a start of the agent left with some of its parts; gives the text of its checkpoint. */
async function interrupted(wanted: Uint8Array = bytes, source = sourceOf('rootfs', wanted)): Promise<string> {
  let text = '';
  const rule = proxy.on({ fault: '500', method: 'PUT', path: /partNumber=[456]/ });
  const options = optionsOf(server, {
    endpoint: proxy.url,
    width: { begin: 1, most: 1 },
    retry: { budgetMs: 1, firstMs: 1, longestMs: 1 },
  });
  const putting = createS3Store(options).put(image, source, {
    onProgress: silent,
    signal: never,
    checkpoint: {
      found: undefined,
      save: async (saved) => {
        text = saved;
      },
    },
  });
  await expect(putting).rejects.toMatchObject({ reason: 'StoreUnavailable' });
  rule.lift();
  return text;
}

describe('an upload that another start began', () => {
  it('H3 goes on after kill -9: only the parts that are missing are sent', async () => {
    const directory = await temporaryDirectory('resume');
    const [file, checkpoint] = [`${directory}/rootfs`, `${directory}/checkpoint`];
    await writeFile(file, bytes);
    const rule = proxy.on({ fault: 'stall', method: 'PUT', path: /partNumber=4/, times: 1 });
    const options = JSON.stringify(optionsOf(server, { endpoint: proxy.url, width: { begin: 1, most: 1 } }));
    const child = spawnProgram({
      app: 'upload',
      command: [NODE, fileURLToPath(new URL('./upload-child.ts', import.meta.url))],
      args: [options, JSON.stringify(image), file, checkpoint],
    });
    await Promise.race([rule.hit, child.ended.then(({ code }) => expect({ code, said: child.stderr }).toBe('killed'))]);
    child.kill('SIGKILL');
    expect(await child.ended).toEqual({ code: null, signal: 'SIGKILL' });
    expect(await bucket.list(image.imageId)).toEqual(['unfinished rootfs']);
    const before = partsSent();
    expect(before).toEqual([1, 2, 3, 4]);

    const stored = await put(sourceOf('rootfs', bytes), await readFile(checkpoint, 'utf8'));
    expect(partsSent()).toEqual([...before, 4, 5, 6].sort((a, b) => a - b));
    expect(logger.messages('info')).toContain('an unfinished upload goes on');
    await isRight(stored.path);
  });

  it('H3 reads of an archive whose sums were taken no more than it has to, and all of it once', async () => {
    const packed = await packedSourceOf(large);
    const text = await interrupted(large, packed);
    const before = partsSent().length;
    const read: number[] = [];
    const stream: ArtifactSource['stream'] = (range = { start: 0, end: large.byteLength }) => {
      read.push(range.start / PACKED_PART);
      return packed.stream(range);
    };
    const stored = await put({ ...packed, stream }, text);
    // A source without a descriptor is read for its sum, then for the sending.
    expect(read.toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 3]);
    expect(partsSent()).toHaveLength(before + 1);
    await isRight(stored.path, large);
  });

  it('H20 never becomes an object when the archive has changed in a part that is held', async () => {
    const text = await interrupted(large, await packedSourceOf(large));
    const other = Buffer.from(large);
    other.writeUInt8(other.readUInt8(0) ^ 1, 0);
    await expect(put(await packedSourceOf(large, other), text)).rejects.toMatchObject({ reason: 'VerificationFailed' });
    expect(await bucket.list(image.imageId)).toEqual([]);
  });

  it('H3 begins again when it is gone', async () => {
    const text = await interrupted();
    await store().discard(image, never);
    const saved: string[] = [];
    const stored = await put(sourceOf('rootfs', bytes), text, (each) => saved.push(each));
    expect(saved).toHaveLength(1);
    await isRight(stored.path);
  });

  it('H20 is given up when the source is another one by now', async () => {
    const text = await interrupted();
    const other = Buffer.from(bytes);
    other.writeUInt8(other.readUInt8(0) ^ 1, 0);
    const stored = await put(sourceOf('rootfs', other), text);
    await isRight(stored.path, other);
  });

  it('H3 is given up when no checkpoint knows it', async () => {
    await interrupted();
    const Key = `${image.imageId}/rootfs`;
    await bucket.client.send(new CreateMultipartUploadCommand({ Bucket: server.bucket, Key }));
    expect(await bucket.list(image.imageId)).toHaveLength(2);
    await isRight((await put(sourceOf('rootfs', bytes))).path);
  });

  it.each(['', '{}', 'no json', '{"uploadId":7}'])('begins again with the checkpoint %j', async (text) => {
    await isRight((await put(sourceOf('rootfs', bytes), text)).path);
  });
});

describe('what is kept when a put fails', () => {
  it('H3 a passing error keeps the upload for another start', async () => {
    await interrupted();
    expect(await bucket.list(image.imageId)).toEqual(['unfinished rootfs']);
  });

  it('a permanent one keeps nothing', async () => {
    proxy.on({ fault: '403', method: 'PUT', path: /partNumber=2/ });
    await expect(put(sourceOf('rootfs', bytes))).rejects.toMatchObject({ reason: 'StoreRefused' });
    expect(await bucket.list(image.imageId)).toEqual([]);
  });

  it('an upload whose begin was on its way when the job was aborted is given up', async () => {
    proxy.on({ fault: 'slow-drip', everyMs: 20, method: 'POST', path: /\?uploads/ });
    const stop = new AbortController();
    const putting = store().put(image, sourceOf('rootfs', bytes), { onProgress: silent, signal: stop.signal });
    await eventually(async () => (await bucket.uploads(image.imageId)).length > 0);
    stop.abort(new Failure('Interrupted', 'SIGTERM'));
    await expect(putting).rejects.toMatchObject({ reason: 'Interrupted' });
    expect(await bucket.list(image.imageId)).toEqual([]);
  });

  it('H20 a source that changes between the passes is not stored', async () => {
    let reads = 0;
    const changing: ArtifactSource = {
      ...sourceOf('rootfs', bytes),
      async *stream(range) {
        reads += 1;
        const now = reads === 1 ? bytes : bytes.map((byte) => byte ^ 1);
        yield* sourceOf('rootfs', now).stream(range);
      },
    };
    await expect(put(changing)).rejects.toMatchObject({
      reason: 'VerificationFailed',
      message: expect.stringContaining('its source changed while it was read') as string,
    });
    expect(await bucket.list(image.imageId)).toEqual([]);
  });

  it('H20 a source that is shorter in the second pass is not stored and does not hang', async () => {
    let reads = 0;
    const source = sourceOf('rootfs', bytes);
    const shrinking: ArtifactSource = {
      ...source,
      async *stream(range) {
        reads += 1;
        if (reads === 1) yield* source.stream(range);
        else yield bytes.subarray(0, 1000);
      },
    };
    await expect(put(shrinking)).rejects.toMatchObject({ reason: 'VerificationFailed' });
    expect(await bucket.list(image.imageId)).toEqual([]);
  });

  it('a disk that fails in the second pass is told as it failed', async () => {
    let reads = 0;
    const source = sourceOf('rootfs', bytes);
    const broken: ArtifactSource = {
      ...source,
      async *stream(range) {
        reads += 1;
        if (reads > 2) throw new Failure('ImageInvalid', 'the disk gave up');
        yield* source.stream(range);
      },
    };
    await expect(put(broken)).rejects.toMatchObject({ reason: 'ImageInvalid', message: 'the disk gave up' });
  });
});

describe('an object that is there already', () => {
  it.each([
    ['in one piece', bytes.subarray(0, 1000)],
    ['in parts', bytes],
  ])('H3 is not sent again: %s', async (_how, wanted) => {
    const first = await put(sourceOf('rootfs', wanted));
    const before = proxy.requests.filter(({ method }) => method === 'PUT').length;
    expect(await put(sourceOf('rootfs', wanted))).toEqual(first);
    expect(proxy.requests.filter(({ method }) => method === 'PUT')).toHaveLength(before);
  });

  it('artifacts that are stored side by side do not disturb each other', async () => {
    const names = ['rootfs', 'kernel', 'initrd', 'boot_parameters'] as const;
    const target = store();
    const puts = names.map(
      async (name, index) =>
        await target.put(image, sourceOf(name, bytes.subarray(index)), { onProgress: silent, signal: never }),
    );
    const stored = await Promise.all(puts);
    for (const [index, { path }] of stored.entries()) {
      expect(Buffer.from(await bucket.readObject(path)).equals(bytes.subarray(index))).toBe(true);
    }
    await eventually(async () => (await bucket.uploads(image.imageId)).length === 0);
  });
});
