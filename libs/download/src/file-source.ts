// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';

import { Failure } from '@ims/runtime';

import type { RangeSource } from './range-source.ts';

const CHUNK = 1024 * 1024;

/** An image that lies in a file of this machine. */
export function fileSource(path: string): RangeSource {
  const place = `file://${path}`;
  return {
    place,
    identity: place,
    open: async ({ start, version, signal }) => {
      const { size, ...found } = await look(path);
      const from = version === found.version && start <= size ? start : 0;
      const stream = createReadStream(path, { start: from, highWaterMark: CHUNK, signal });
      // It may break before anybody reads it; whoever reads it then learns of it.
      stream.on('error', () => undefined);
      return {
        start: from,
        size,
        version: found.version,
        md5: undefined,
        body: stream as AsyncIterable<Uint8Array>,
        close: () => {
          stream.destroy();
        },
      };
    },
  };
}

async function look(path: string): Promise<{ readonly size: number; readonly version: string }> {
  const stats = await stat(path).catch((error: unknown) => {
    throw new Failure('SourceRefused', `the image ${path} cannot be read`, { cause: error });
  });
  if (!stats.isFile()) throw new Failure('SourceRefused', `${path} is not a regular file`);
  return { size: stats.size, version: `${String(stats.ino)}-${String(stats.mtimeMs)}-${String(stats.size)}` };
}
