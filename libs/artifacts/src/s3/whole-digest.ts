// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { createHash } from 'node:crypto';
import { fstatSync } from 'node:fs';

import { startMd5Thread } from '@ims/digest';
import type { ArtifactSource } from '@ims/export';
import { createDigester, type Digest } from '../digests.ts';
import { changed } from './reading.ts';

/** From this size on a thread of its own is worth its start and its memory. */
const WORTH_A_THREAD = 64 * 1024 * 1024;

/** Collects md5, sha256 and length in one pass over a source. */
export interface WholeDigest extends AsyncDisposable {
  update(chunk: Uint8Array): void;
  /** @throws Failure VerificationFailed when somebody wrote to the source meanwhile */
  digest(): Promise<Digest>;
}

/** Begins the digest of a source; for a large file two processors work. */
export function createWholeDigest({ name, size, descriptor }: ArtifactSource): WholeDigest {
  return descriptor === undefined || size < WORTH_A_THREAD ? inline() : threaded({ name, size }, descriptor);
}

function inline(): WholeDigest {
  const digester = createDigester();
  return {
    update: (chunk) => {
      digester.update(chunk);
    },
    digest: async () => digester.digest(),
    [Symbol.asyncDispose]: async () => undefined,
  };
}

function threaded({ name, size: announced }: Pick<ArtifactSource, 'name' | 'size'>, descriptor: number): WholeDigest {
  const writtenAt = (): bigint => fstatSync(descriptor, { bigint: true }).mtimeNs;
  const before = writtenAt();
  const md5 = startMd5Thread(descriptor);
  md5.reach(announced);
  const sha256 = createHash('sha256');
  let size = 0;
  return {
    update: (chunk) => {
      sha256.update(chunk);
      size += chunk.byteLength;
    },
    digest: async () => {
      const [found] = await Promise.allSettled([md5.digest()]);
      // The thread has read the bytes once more: both sums have to be of the same ones (H20).
      if (size !== announced || writtenAt() !== before) throw changed(name);
      if (found.status === 'rejected') throw found.reason;
      return { size, md5: found.value, sha256: sha256.digest('hex') };
    },
    [Symbol.asyncDispose]: async () => {
      await md5[Symbol.asyncDispose]();
    },
  };
}
