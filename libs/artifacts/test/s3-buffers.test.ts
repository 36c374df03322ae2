// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { open, truncate, utimes, writeFile, type FileHandle } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { cleanUp, startObjectStore, temporaryDirectory, type ObjectStore } from '@ims/testing';
import type { ArtifactSource } from '@ims/export';
import { digestOf } from '../src/digests.ts';
import { createBuffers, readThrough } from '../src/s3/buffers.ts';
import { readSums } from '../src/s3/source-sums.ts';
import { createS3Store } from '../src/s3/store.ts';
import { createWholeDigest } from '../src/s3/whole-digest.ts';
import { bucketOf, optionsOf, PART } from './bucket.ts';
import { imageOf, never, silent, sourceOf } from './sources.ts';

const MIB = 1024 * 1024;
const noise = Buffer.from(Array.from({ length: 251 }, (_, at) => at)).toString('latin1');
const bytes = Buffer.alloc(2 * PART + 12_345, noise, 'latin1');

const handles: FileHandle[] = [];
afterEach(async () => {
  for (const handle of handles.splice(0)) await handle.close();
});
afterAll(cleanUp);

/** An open file; its streams are not to be used. */
async function opened(content: Uint8Array = bytes): Promise<ArtifactSource & { readonly path: string }> {
  const path = `${await temporaryDirectory('source')}/rootfs`;
  await writeFile(path, content);
  const handle = await open(path);
  handles.push(handle);
  return {
    ...sourceOf('rootfs', content),
    path,
    descriptor: handle.fd,
    stream: () => {
      throw new Error('streamed');
    },
  };
}

async function joined(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const copies: Buffer[] = [];
  for await (const chunk of chunks) copies.push(Buffer.from(chunk));
  return Buffer.concat(copies);
}

describe('a source with a descriptor', () => {
  it.each([0, 1, MIB - 1, MIB, MIB + 1, 3 * MIB])('is read through to its last byte when it has %i', async (size) => {
    const content = bytes.subarray(0, size);
    expect((await joined(readThrough(await opened(content)))).equals(content)).toBe(true);
  });

  it('is read part by part into memory that is used again', async () => {
    const [buffers, source] = [createBuffers(), await opened()];
    const memory = new Set<ArrayBufferLike | undefined>();
    for (const start of [0, PART, 2 * PART]) {
      const end = Math.min(start + PART, bytes.byteLength);
      const read = await buffers.read(source, { start, end });
      memory.add(read?.bytes.buffer);
      expect(bytes.subarray(start, end).equals(read?.bytes ?? Buffer.alloc(0))).toBe(true);
      read?.done();
    }
    expect([...memory]).toEqual([expect.any(ArrayBuffer)]);
  });

  it('is read in small pieces, used again as well, where as many parts lie in memory as there is room for', async () => {
    const [buffers, source] = [createBuffers(), await opened()];
    const whole = { start: 0, end: PART };
    const held = await Promise.all([1, 2, 3].map(async () => await buffers.read(source, whole)));
    expect(held.every((read) => read !== undefined)).toBe(true);
    expect(await buffers.read(source, whole)).toBeUndefined();
    const memory = new Set<ArrayBufferLike>();
    for (const start of [0, PART, 2 * PART]) {
      const end = Math.min(start + PART, bytes.byteLength);
      const part = buffers.open(source, { start, end });
      const copies: Buffer[] = [];
      for await (const piece of part?.pieces() ?? []) {
        memory.add(piece.buffer);
        copies.push(Buffer.from(piece));
      }
      part?.done();
      expect(Buffer.concat(copies).equals(bytes.subarray(start, end))).toBe(true);
    }
    // A ring is given back when its last read is over: the next part may have another one by then.
    expect(memory.size).toBeLessThanOrEqual(8);
    held[0]?.done();
    expect(await buffers.read(source, whole)).toBeDefined();
  });

  it('whose pieces nobody reads to the end gives its memory back when the last read is over', async () => {
    const [buffers, source] = [createBuffers(), await opened()];
    const part = buffers.open(source, { start: 0, end: PART });
    const pieces = part?.pieces();
    await pieces?.next();
    await pieces?.return();
    part?.done();
    expect(
      (await joined(buffers.open(source, { start: 0, end: PART })?.pieces() ?? (async function* () {})())).length,
    ).toBe(PART);
  });

  it('that is shorter than a part gives what there is', async () => {
    const read = await createBuffers().read(await opened(bytes.subarray(0, MIB + 5)), { start: 0, end: 3 * MIB });
    expect(read?.bytes).toHaveLength(MIB + 5);
  });

  it('is streamed where a part is longer than what is kept in memory, and so is one without', async () => {
    const buffers = createBuffers();
    expect(await buffers.read(await opened(), { start: 0, end: 9 * MIB })).toBeUndefined();
    expect(await buffers.read(sourceOf('rootfs', bytes), { start: 0, end: PART })).toBeUndefined();
  });
});

describe('a large file', () => {
  // Large enough for a thread of its own.
  const large = Buffer.alloc(64 * MIB + 7, noise, 'latin1');
  const plan = { partBytes: 8 * MIB, partMd5: 'unwanted' } as const;

  it('H20 has the md5 and the sha256 of all its bytes', async () => {
    const { digest, parts } = await readSums(await opened(large), plan, never);
    expect(digest).toEqual(digestOf(large));
    const sums = Array.from({ length: 9 }, (_, at) => digestOf(large.subarray(at * 8 * MIB, (at + 1) * 8 * MIB)));
    expect(Array.from(parts.values(), ({ sha256 }) => Buffer.from(sha256, 'base64').toString('hex'))).toEqual(
      sums.map(({ sha256 }) => sha256),
    );
  });

  it('H20 is refused when somebody writes to it while it is hashed', async () => {
    const source = await opened(large);
    await utimes(source.path, 1, 1);
    await using whole = createWholeDigest(source);
    await writeFile(source.path, 'other bytes', { flag: 'r+' });
    await expect(whole.digest()).rejects.toMatchObject({ reason: 'VerificationFailed' });
  });

  it('H20 is refused when it has become shorter', async () => {
    const source = await opened(large);
    await truncate(source.path, 10 * MIB);
    await expect(readSums(source, plan, never)).rejects.toMatchObject({ reason: 'VerificationFailed' });
  });

  it('is no longer read once the job is over', async () => {
    const [source, over] = [await opened(large), new Error('over')];
    await expect(readSums(source, plan, AbortSignal.abort(over))).rejects.toBe(over);
  });
});

describe('a file, in S3', () => {
  let server: ObjectStore;
  beforeAll(async () => {
    server = await startObjectStore();
  });
  const image = imageOf('22222222-3333-4444-8555-666666666666');
  const put = async (source: ArtifactSource): Promise<string> => {
    const store = createS3Store(optionsOf(server, { width: { begin: 2, most: 2 } }));
    return (await store.put(image, source, { onProgress: silent, signal: never })).path;
  };

  it('is stored as it is by many parts at once, most of which find no room in memory', async () => {
    const content = Buffer.concat([bytes, Buffer.alloc(8 * PART, noise, 'latin1')]);
    const store = createS3Store(optionsOf(server, { width: { begin: 10, most: 10 } }));
    const image = imageOf('44444444-3333-4444-8555-666666666666');
    const { path } = await store.put(image, await opened(content), { onProgress: silent, signal: never });
    expect(Buffer.from(await bucketOf(server).readObject(path)).equals(content)).toBe(true);
  });

  it('is stored in parts side by side as it is', async () => {
    const path = await put(await opened());
    expect(Buffer.from(await bucketOf(server).readObject(path)).equals(bytes)).toBe(true);
  });

  it('tells as much progress as it has bytes, and never less than before', async () => {
    const told: number[] = [];
    const store = createS3Store(optionsOf(server));
    const onProgress = (done: number): void => {
      told.push(done);
    };
    await store.put(imageOf('33333333-3333-4444-8555-666666666666'), await opened(), { onProgress, signal: never });
    expect(told).toEqual([...told].sort((a, b) => a - b));
    expect(told.at(-1)).toBe(bytes.byteLength);
    expect(told.length).toBeGreaterThanOrEqual(3);
  });
});
