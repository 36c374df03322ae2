// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { createHash } from 'node:crypto';

import type { ArtifactSource } from '@ims/export';
import type { Part } from './part-plan.ts';
import type { PartSums } from './source-sums.ts';

/** The sums of a part that is in memory. */
export function sumsOfBytes(bytes: Uint8Array): PartSums {
  return { sha256: createHash('sha256').update(bytes).digest('base64'), md5: undefined };
}

/** The sums of a part that has to be read for them. */
export async function sumsOfPart(
  source: ArtifactSource,
  part: Part,
  { md5 }: { readonly md5: 'wanted' | 'unwanted' } = { md5: 'unwanted' },
): Promise<PartSums> {
  const [sha256, other] = [createHash('sha256'), md5 === 'wanted' ? createHash('md5') : undefined];
  for await (const chunk of source.stream(part)) {
    sha256.update(chunk);
    other?.update(chunk);
  }
  return { sha256: sha256.digest('base64'), md5: other?.digest('hex') };
}
