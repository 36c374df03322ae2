// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { PutObjectCommand } from '@aws-sdk/client-s3';

import { Failure } from '@ims/runtime';
import type { Access } from './access.ts';
import { ACTIONS, type Action } from './actions.ts';
import { isDenied } from './failure.ts';
import type { SinglePut } from './single.ts';
import { deleteObject } from './uploads.ts';

/** Names what the user has no right to do. */
export function missingRights(access: Access, missing: readonly Action[]): Failure {
  const actions = missing.join(', ');
  const what = missing.map((action) => `${ACTIONS[action]} (${action})`).join(', nor to ');
  return refused(access, `the S3 user has no right to ${what}`, {
    advice: `allow the S3 user ${actions} in the bucket (docs/publishing.md has a policy of all that is needed), then resume the job`,
  });
}

/**
 * A policy that wants encrypted objects denies access to others as one that gives no right does. With the header that it
 * wants, the answer is another one.
 *
 * @param put an object whose storing was denied
 * @throws Failure StoreRefused when that is the cause
 */
export async function refuseEncryption(access: Access, put: Pick<SinglePut, 'key' | 'signal'>): Promise<void> {
  const { key, signal } = put;
  const call = { what: 'trying an encrypted object', action: 's3:PutObject', key, signal } as const;
  try {
    await access.once(call, async (s3, options) => {
      const input = { Bucket: access.bucket, Key: key, Body: '', ServerSideEncryption: 'AES256' } as const;
      return await s3.send(new PutObjectCommand(input), options);
    });
    await access.tidy('removing what was tried', async (tidying) => {
      await deleteObject(access, key, tidying);
    });
  } catch (error) {
    signal.throwIfAborted();
    if (isDenied(error)) return;
  }
  throw refused(access, 'a policy of the bucket takes encrypted objects alone', {
    advice: 'let the bucket encrypt by default instead of by a policy that wants a header, then resume the job',
  });
}

function refused({ bucket, settings }: Access, why: string, options: { readonly advice: string }): Failure {
  return new Failure(
    'StoreRefused',
    `S3 refuses s3://${bucket} at ${new URL(settings.endpoint).host}: ${why}`,
    options,
  );
}
