// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { GetObjectCommand } from '@aws-sdk/client-s3';

import { differs, type Access } from './access.ts';
import { isAbsent } from './failure.ts';

/**
 * Reads a small object back and gives its etag.
 *
 * @throws Failure VerificationFailed when it is not what was sent
 */
export async function readBack(
  access: Access,
  object: { readonly key: string; readonly bytes: Buffer },
  signal: AbortSignal,
): Promise<string> {
  const { key, bytes } = object;
  const found = await access
    .call({ what: `reading ${key} back`, action: 's3:GetObject', key, signal }, async (s3, options) => {
      const answer = await s3.send(new GetObjectCommand({ Bucket: access.bucket, Key: key }), options);
      const body = await answer.Body?.transformToByteArray();
      return { body: Buffer.from(body ?? []), etag: (answer.ETag ?? '').replaceAll('"', '') };
    })
    .catch((error: unknown) => {
      if (isAbsent(error)) return undefined;
      throw error;
    });
  if (found?.body.equals(bytes) === true) return found.etag;
  throw differs(access.bucket, key, 'is not what was sent');
}
