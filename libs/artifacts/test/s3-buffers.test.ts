// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { cleanUp, startObjectStore, type ObjectStore } from '@ims/testing';
import type { ArtifactSource } from '@ims/export';
import { createBuffers, readThrough } from '../src/s3/buffers.ts';
import { createS3Store } from '../src/s3/store.ts';
import { bucketOf, optionsOf, PART } from './bucket.ts';
import { imageOf, never, silent, sourceOf } from './sources.ts';

const MIB = 1024 * 1024;
const noise = Buffer.from(Array.from({ length: 251 }, (_, at) => at)).toString('latin1');
const bytes = Buffer.alloc(2 * PART + 12_345, noise, 'latin1');

/** A source that fills buffers; its streams are not to be used. */
function fillable(content = bytes): ArtifactSource {
  return {
    ...sourceOf('rootfs', content),
    stream: () => {
      throw new Error('streamed');
    },
    fill: async (buffer, position) => content.copy(buffer, 0, position, position + buffer.byteLength),
  };
}

async function joined(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const copies: Buffer[] = [];
  for await (const chunk of chunks) copies.push(Buffer.from(chunk));
  return Buffer.concat(copies);
}

describe('a source that fills buffers', () => {
  it.each([0, 1, MIB - 1, MIB, MIB + 1, 3 * MIB])('is read through to its last byte when it has %i', async (size) => {
    const content = bytes.subarray(0, size);
    expect((await joined(readThrough(fillable(content)))).equals(content)).toBe(true);
  });

  it('is read part by part into memory that is used again', async () => {
    const buffers = createBuffers();
    const memory = new Set<ArrayBufferLike>();
    for (const start of [0, PART, 2 * PART]) {
      const end = Math.min(start + PART, bytes.byteLength);
      const reading = buffers.read(fillable(), { start, end });
      const copies: Uint8Array[] = [];
      for await (const chunk of reading.chunks) {
        memory.add(chunk.buffer);
        copies.push(Buffer.from(chunk));
      }
      expect(Buffer.concat(copies).equals(bytes.subarray(start, end))).toBe(true);
      reading.done();
    }
    expect(memory.size).toBe(1);
  });

  it('that is shorter than a part gives what there is', async () => {
    const reading = createBuffers().read(fillable(bytes.subarray(0, MIB + 5)), { start: 0, end: 3 * MIB });
    expect(await joined(reading.chunks)).toHaveLength(MIB + 5);
  });

  it('is streamed where a part is longer than what is kept in memory', async () => {
    const reading = createBuffers().read(sourceOf('rootfs', bytes), { start: 0, end: bytes.byteLength });
    expect((await joined(reading.chunks)).equals(bytes)).toBe(true);
    expect(() => createBuffers().read(fillable(), { start: 0, end: 9 * MIB })).toThrow('streamed');
  });
});

describe('a source that fills buffers, in S3', () => {
  let server: ObjectStore;
  beforeAll(async () => {
    server = await startObjectStore();
  });
  afterAll(cleanUp);

  it('is stored in parts side by side as it is', async () => {
    const store = createS3Store(optionsOf(server, { parallel: 2 }));
    const image = imageOf('22222222-3333-4444-8555-666666666666');
    const { path } = await store.put(image, fillable(), { onProgress: silent, signal: never });
    expect(Buffer.from(await bucketOf(server).readObject(path)).equals(bytes)).toBe(true);
  });
});
