// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';

import {
  cleanUp,
  recordingLogger,
  startFaultProxy,
  startObjectStore,
  type FaultProxy,
  type ObjectStore,
  type RecordingLogger,
} from '@ims/testing';
import { bucketOf, type Bucket } from './bucket.ts';
import { imageOf } from './sources.ts';

/** A real S3 server, for all tests of a file. */
export let server: ObjectStore;
export let bucket: Bucket;
/** What stands before it, for each test anew, and so do the others. */
export let proxy: FaultProxy;
export let logger: RecordingLogger;
export let image = imageOf(randomUUID());

/** Starts and ends them with the tests of the file that calls it. */
export function useProxiedBucket(): void {
  beforeAll(async () => {
    server = await startObjectStore();
    bucket = bucketOf(server);
  });
  beforeEach(async () => {
    proxy = await startFaultProxy({ target: server.endpoint });
    logger = recordingLogger();
    image = imageOf(randomUUID());
  });
  afterEach(async () => {
    await proxy.stop();
  });
  afterAll(cleanUp);
}
