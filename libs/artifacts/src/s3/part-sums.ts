// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { createHash } from 'node:crypto';

import type { ArtifactSource } from '@ims/export';
import { partsOf, type Part } from './part-plan.ts';
import type { PartSums, SourceSums } from './source-sums.ts';

/** Which sums of a part are taken: the md5 only where the service tells no sha256. */
export interface WhichSums {
  readonly md5: 'wanted' | 'unwanted';
}

/** The sums of a part that is in memory. */
export function sumsOfBytes(bytes: Uint8Array, { md5 }: WhichSums = { md5: 'unwanted' }): PartSums {
  return {
    sha256: createHash('sha256').update(bytes).digest('base64'),
    md5: md5 === 'wanted' ? createHash('md5').update(bytes).digest('hex') : undefined,
  };
}

/** The sums of a part that has to be read for them. */
export async function sumsOfPart(source: ArtifactSource, part: Part, which?: WhichSums): Promise<PartSums> {
  return await sumsOfChunks(source.stream(part), which);
}

/** The sums of a part that comes in chunks. */
export async function sumsOfChunks(
  chunks: AsyncIterable<Uint8Array>,
  { md5 }: WhichSums = { md5: 'unwanted' },
): Promise<PartSums> {
  const [sha256, other] = [createHash('sha256'), md5 === 'wanted' ? createHash('md5') : undefined];
  for await (const chunk of chunks) {
    sha256.update(chunk);
    other?.update(chunk);
  }
  return { sha256: sha256.digest('base64'), md5: other?.digest('hex') };
}

/** The etag of the object that the parts make; those whose md5 nobody has needed so far are read for it. */
export async function etagOfParts(source: ArtifactSource, sums: SourceSums, signal: AbortSignal): Promise<string> {
  const hash = createHash('md5');
  const parts = partsOf(source.size, sums.partBytes);
  for (const part of parts) {
    signal.throwIfAborted();
    const known = sums.parts.get(part.number);
    const own = known?.md5 === undefined ? await sumsOfPart(source, part, { md5: 'wanted' }) : known;
    // What is sent later has to be what the sha256 was taken of.
    sums.parts.set(part.number, { ...own, sha256: known?.sha256 ?? own.sha256 });
    hash.update(own.md5 ?? '', 'hex');
  }
  return `${hash.digest('hex')}-${String(parts.length)}`;
}
