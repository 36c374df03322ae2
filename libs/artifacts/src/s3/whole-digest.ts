// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { createHash } from 'node:crypto';

import { createDigester, type Digest } from '../digests.ts';
import { startMd5Thread } from './md5-thread.ts';

/** From this size on a thread of its own is worth its start and its memory. */
const WORTH_A_THREAD = 64 * 1024 * 1024;

/** Collects md5, sha256 and length in one pass. */
export interface WholeDigest extends AsyncDisposable {
  update(chunk: Uint8Array): Promise<void>;
  digest(): Promise<Digest>;
}

/** Makes an empty digest for so many bytes; for many of them two processors work. */
export function createWholeDigest(size: number): WholeDigest {
  return size < WORTH_A_THREAD ? inline() : threaded();
}

function inline(): WholeDigest {
  const digester = createDigester();
  return {
    update: async (chunk) => {
      digester.update(chunk);
    },
    digest: async () => digester.digest(),
    [Symbol.asyncDispose]: async () => undefined,
  };
}

function threaded(): WholeDigest {
  const md5 = startMd5Thread();
  const sha256 = createHash('sha256');
  let size = 0;
  return {
    update: async (chunk) => {
      await md5.update(chunk);
      sha256.update(chunk);
      size += chunk.byteLength;
    },
    digest: async () => ({ size, md5: await md5.digest(), sha256: sha256.digest('hex') }),
    [Symbol.asyncDispose]: async () => {
      await md5[Symbol.asyncDispose]();
    },
  };
}
