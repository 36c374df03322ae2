// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { PutObjectCommand } from '@aws-sdk/client-s3';

import { digestOf } from '../digests.ts';
import type { Access } from './access.ts';
import { CONTENT_TYPE } from './metadata.ts';
import { withProof } from './proof.ts';
import { adapting, type Traits } from './traits.ts';

/** An object that is sent in one piece. */
export interface SinglePut {
  readonly what: string;
  readonly key: string;
  readonly bytes: Uint8Array;
  readonly metadata: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/** Sends an object in one piece; the service checks it against its sha256. */
export async function putWhole(access: Access, put: SinglePut): Promise<void> {
  await adapting(access.learned, 'sums', async (traits) => {
    await send(access, put, traits);
  });
}

async function send(access: Access, put: SinglePut, { sums }: Traits): Promise<void> {
  const sha256 = Buffer.from(digestOf(put.bytes).sha256, 'hex').toString('base64');
  const { what, key, bytes, metadata, signal } = put;
  await access.call({ what, action: 's3:PutObject', key, signal }, async (s3, options) => {
    const command = new PutObjectCommand({
      Bucket: access.bucket,
      Key: key,
      Body: bytes,
      ContentLength: bytes.byteLength,
      ContentType: CONTENT_TYPE,
      Metadata: { ...metadata },
      ...(sums === 'sha256' ? { ChecksumSHA256: sha256 } : {}),
    });
    await s3.send(withProof(command, sha256), options);
  });
}
