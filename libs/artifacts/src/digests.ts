// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { createHash } from 'node:crypto';

/** What tells one run of bytes from another. */
export interface Checksum {
  readonly size: number;
  /** Lower-case hex. */
  readonly sha256: string;
}

/** A checksum with the md5 that IMS clients know. */
export interface Digest extends Checksum {
  /** Lower-case hex. */
  readonly md5: string;
}

/** Collects md5, sha256 and length in one pass. */
export interface Digester {
  update(chunk: Uint8Array): void;
  /** Ends the collecting. */
  digest(): Digest;
}

/** Makes an empty digester. Both hashes together run at some 600 MB/s, faster than most volumes are read. */
export function createDigester(): Digester {
  const [md5, sha256] = [createHash('md5'), createHash('sha256')];
  let size = 0;
  return {
    update: (chunk) => {
      size += chunk.byteLength;
      md5.update(chunk);
      sha256.update(chunk);
    },
    digest: () => ({ size, md5: md5.digest('hex'), sha256: sha256.digest('hex') }),
  };
}

/** A digester of bytes whose md5 is known: it takes longer than all the rest. */
export function createSha256Digester(md5: string): Digester {
  const sha256 = createHash('sha256');
  let size = 0;
  return {
    update: (chunk) => {
      size += chunk.byteLength;
      sha256.update(chunk);
    },
    digest: () => ({ size, md5, sha256: sha256.digest('hex') }),
  };
}

/** The digest of bytes at hand. */
export function digestOf(bytes: Uint8Array): Digest {
  const digester = createDigester();
  digester.update(bytes);
  return digester.digest();
}

/** Whether two runs of bytes are the same. */
export function isSame(a: Checksum, b: Checksum): boolean {
  return a.size === b.size && a.sha256 === b.sha256;
}

/** For people: `1234 bytes, sha256 0f…`. */
export function describeChecksum({ size, sha256 }: Checksum): string {
  return `${String(size)} bytes, sha256 ${sha256}`;
}
