// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { ArtifactSource } from '@ims/export';
import { Failure } from '@ims/runtime';
import type { Digest } from './digests.ts';

/** What a source has to be, when that was recorded when it was made. */
export function recordedDigest({ size, sums }: ArtifactSource): Digest | undefined {
  return sums === undefined ? undefined : { size, md5: sums.md5, sha256: sums.sha256 };
}

/** An archive that somebody has written to. */
export function otherThanPacked(name: string): Failure {
  return new Failure('VerificationFailed', `${name} was not stored: the archive has changed since it was packed`, {
    advice: 'find out what wrote to it and remove it, then resume the job, which packs again',
  });
}
