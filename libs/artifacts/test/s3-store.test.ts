// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { readFile, readdir } from 'node:fs/promises';
import { afterAll, beforeAll } from 'vitest';

import { silentLogger } from '@ims/runtime';
import { cleanUp, startObjectStore, temporaryDirectory, type ObjectStore } from '@ims/testing';
import { createDualStore } from '../src/index.ts';
import { createS3Store } from '../src/s3/store.ts';
import { bucketOf, optionsOf, type Bucket } from './bucket.ts';
import { describeStoreConformance } from './conformance.ts';
import { swapFile } from './sources.ts';

let server: ObjectStore;
let bucket: Bucket;
beforeAll(async () => {
  server = await startObjectStore();
  bucket = bucketOf(server);
});
afterAll(cleanUp);

describeStoreConformance({
  name: 'a bucket',
  makeStore: async () => ({
    store: createS3Store(optionsOf(server)),
    readObject: async (path) => await bucket.readObject(path),
    listObjects: async (imageId) => await bucket.list(imageId),
    swapObject: async (path, bytes) => await bucket.swap(path, bytes),
    dispose: async () => undefined,
  }),
});

describeStoreConformance({
  name: 'a bucket with a copy in a directory',
  makeStore: async () => {
    const directory = await temporaryDirectory('copy');
    const copyOf = (path: string): string => path.replace(`s3://${server.bucket}`, directory);
    const same = async (path: string): Promise<Uint8Array> => {
      const inBucket = Buffer.from(await bucket.readObject(path));
      if (path.endsWith('manifest.json')) return inBucket;
      const copied = await readFile(copyOf(path));
      if (!inBucket.equals(copied)) throw new Error(`${path} is not the same in both`);
      return inBucket;
    };
    return {
      store: createDualStore({
        primary: createS3Store(optionsOf(server)),
        copy: { directory, logger: silentLogger },
      }),
      readObject: same,
      listObjects: async (imageId) => {
        const inBucket = await bucket.list(imageId);
        const copied = await readdir(`${directory}/${imageId}`).catch(() => []);
        return [...new Set([...inBucket, ...copied])];
      },
      swapObject: async (path, bytes) => {
        await bucket.swap(path, bytes);
        await swapFile(copyOf(path), bytes);
      },
      dispose: async () => undefined,
    };
  },
});
