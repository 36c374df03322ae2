// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

// A process that stores one file and can be killed meanwhile: OPTIONS IMAGE FILE CHECKPOINT, the first two as JSON.

import { createReadStream } from 'node:fs';
import { stat, writeFile } from 'node:fs/promises';

import type { ImageIdentity } from '@ims/export';
import { silentLogger } from '@ims/runtime';
import { createS3Store, type S3StoreOptions } from '../src/s3/store.ts';

const [options = '', image = '', file = '', checkpoint = ''] = process.argv.slice(2);
const { size } = await stat(file);
const store = createS3Store({ ...(JSON.parse(options) as S3StoreOptions), logger: silentLogger });
await store.put(
  JSON.parse(image) as ImageIdentity,
  {
    name: 'rootfs',
    size,
    stream: (range = { start: 0, end: size }) => createReadStream(file, { start: range.start, end: range.end - 1 }),
    close: async () => undefined,
  },
  {
    onProgress: () => undefined,
    signal: new AbortController().signal,
    checkpoint: {
      found: undefined,
      save: async (text) => {
        await writeFile(checkpoint, text);
      },
    },
  },
);
