// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { CreateMultipartUploadCommand } from '@aws-sdk/client-s3';

import type { Digest } from '../digests.ts';
import type { UploadState } from './checkpoint.ts';
import { artifactMetadata, CONTENT_TYPE } from './metadata.ts';
import { adapting, type Traits } from './traits.ts';
import type { Transfer } from './transfer.ts';

/** What is begun. */
export interface Beginning {
  readonly digest: Digest;
  readonly partBytes: number;
  /** Told as soon as there is something to take back, also when the job was aborted meanwhile. */
  readonly onBegun: (upload: UploadState) => void;
}

/** Begins an upload; no other start knows of it until its checkpoint is saved. */
export async function beginUpload(transfer: Transfer, beginning: Beginning): Promise<UploadState> {
  const { learned } = transfer.shared.access;
  return await adapting(learned, 'sums', async (traits) => await begin(transfer, beginning, traits));
}

async function begin(
  { shared, key, image, options }: Transfer,
  beginning: Beginning,
  traits: Traits,
): Promise<UploadState> {
  const { access } = shared;
  const { digest, partBytes, onBegun } = beginning;
  const call = {
    what: `beginning ${key}`,
    action: 's3:PutObject',
    key,
    signal: options.signal,
    onAbort: 'linger',
  } as const;
  return await access.call(call, async (s3, sending) => {
    const command = new CreateMultipartUploadCommand({
      Bucket: access.bucket,
      Key: key,
      ContentType: CONTENT_TYPE,
      Metadata: artifactMetadata(image, digest),
      ...(traits.sums === 'sha256' ? { ChecksumAlgorithm: 'SHA256' } : {}),
    });
    const { UploadId, ChecksumAlgorithm } = await s3.send(command, sending);
    if (UploadId === undefined) throw access.strange(key);
    // A service that does not say it back does not know it: it would not know the checksums of parts either.
    const sums = traits.sums === 'sha256' && ChecksumAlgorithm === 'SHA256' ? 'sha256' : 'etag';
    const upload: UploadState = { uploadId: UploadId, partBytes, sums, ...digest };
    onBegun(upload);
    return upload;
  });
}
