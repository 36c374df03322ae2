// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { ArchiveSums, ArtifactSource } from '@ims/export';
import { partBytesFor } from './s3/part-plan.ts';
import { readSums } from './s3/source-sums.ts';

/**
 * Takes the sums of an archive in one pass, in parts as S3 would hold it: whoever stores it later reads it only once.
 *
 * @throws Failure VerificationFailed when somebody writes to it meanwhile, StoreRefused for one of more than 5 TiB
 */
export async function takeSums(source: ArtifactSource, signal: AbortSignal): Promise<ArchiveSums> {
  const partBytes = partBytesFor(source.size);
  const { digest, ofParts } = await readSums(source, { partBytes, partMd5: 'unwanted' }, signal);
  return { md5: digest.md5, sha256: digest.sha256, partBytes, partsSha256: ofParts };
}
