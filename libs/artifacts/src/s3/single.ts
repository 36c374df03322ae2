// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { PutObjectCommand } from '@aws-sdk/client-s3';

import { digestOf } from '../digests.ts';
import { isPassing } from './failure.ts';
import { withProof } from './proof.ts';
import { shouldDoWithoutSums, type Shared } from './transfer.ts';

/** An object that is sent in one piece. */
export interface SinglePut {
  readonly what: string;
  readonly key: string;
  readonly bytes: Uint8Array;
  readonly metadata: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/** Sends an object in one piece; the service checks it against its sha256. */
export async function putWhole(shared: Shared, put: SinglePut): Promise<void> {
  const sha256 = Buffer.from(digestOf(put.bytes).sha256, 'hex').toString('base64');
  try {
    await send(shared, put, sha256);
  } catch (error) {
    if (isPassing(error) || !shouldDoWithoutSums(shared, error)) throw error;
    await send(shared, put, sha256);
  }
}

async function send(shared: Shared, put: SinglePut, sha256: string): Promise<void> {
  const { access } = shared;
  const { what, key, bytes, metadata, signal } = put;
  await access.call({ what, key, signal }, async (s3, options) => {
    const command = new PutObjectCommand({
      Bucket: access.bucket,
      Key: key,
      Body: bytes,
      ContentLength: bytes.byteLength,
      Metadata: { ...metadata },
      ...(shared.sums === 'sha256' ? { ChecksumSHA256: sha256 } : {}),
    });
    await s3.send(withProof(command, sha256), options);
  });
}
