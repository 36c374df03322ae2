// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { createHash, type Hash } from 'node:crypto';

import type { ArtifactSource } from '@ims/export';
import type { Digest } from '../digests.ts';
import { readThrough } from './buffers.ts';
import { wrongLength } from './reading.ts';
import { createWholeDigest } from './whole-digest.ts';

/** What is known of one part. */
export interface PartSums {
  /** In base64, as S3 writes it. */
  readonly sha256: string;
  /** Lower-case hex; what a server without checksums tells parts by. */
  readonly md5: string | undefined;
}

/** How a source is read for its sums. */
export interface PartPlan {
  readonly partBytes: number;
  readonly partMd5: 'wanted' | 'unwanted';
}

/** What is known of a source before it is sent. */
export interface SourceSums {
  readonly digest: Digest;
  readonly partBytes: number;
  /** The sha256 of the sha256s of the parts, lower-case hex. */
  readonly ofParts: string;
  /** By number; a part of an archive whose sums were recorded is added when it is read. */
  readonly parts: Map<number, PartSums>;
}

/** What was recorded of a source when it was made, if anything. */
export function recordedSums({ size, sums }: ArtifactSource): SourceSums | undefined {
  if (sums === undefined) return undefined;
  const { md5, sha256, partBytes, partsSha256 } = sums;
  return { digest: { size, md5, sha256 }, partBytes, ofParts: partsSha256, parts: new Map() };
}

/** One sum over the sums of the parts, in their order; lower-case hex. S3 tells the same of an object in parts. */
export function sumOfParts(parts: ReadonlyMap<number, PartSums>): string {
  const hash = createHash('sha256');
  for (let number = 1; number <= parts.size; number += 1) hash.update(parts.get(number)?.sha256 ?? '', 'base64');
  return hash.digest('hex');
}

/**
 * Reads a source once: the digest of all and the checksums of its parts.
 *
 * @throws Failure VerificationFailed when it has fewer or more bytes than it said
 */
export async function readSums(source: ArtifactSource, plan: PartPlan, signal: AbortSignal): Promise<SourceSums> {
  await using whole = createWholeDigest(source);
  const parts = new Map<number, PartSums>();
  const begin = (): { sha256: Hash; md5: Hash | undefined; left: number } => ({
    sha256: createHash('sha256'),
    md5: plan.partMd5 === 'wanted' ? createHash('md5') : undefined,
    left: plan.partBytes,
  });
  let part = begin();
  const end = (): void => {
    parts.set(parts.size + 1, { sha256: part.sha256.digest('base64'), md5: part.md5?.digest('hex') });
    part = begin();
  };
  for await (const chunk of readThrough(source)) {
    signal.throwIfAborted();
    whole.update(chunk);
    for (let at = 0; at < chunk.byteLength;) {
      const piece = chunk.subarray(at, at + part.left);
      part.sha256.update(piece);
      part.md5?.update(piece);
      part.left -= piece.byteLength;
      at += piece.byteLength;
      if (part.left === 0) end();
    }
  }
  if (part.left < plan.partBytes) end();
  const digest = await whole.digest();
  if (digest.size !== source.size) throw wrongLength(source, digest.size);
  return { digest, partBytes: plan.partBytes, ofParts: sumOfParts(parts), parts };
}
