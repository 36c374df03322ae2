// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { Failure } from '@ims/runtime';

/** An object in a bucket. */
export interface ObjectAddress {
  readonly bucket: string;
  readonly key: string;
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html, and what Ceph allows besides. */
const BUCKET = /^[A-Za-z0-9][A-Za-z0-9._-]{1,253}[A-Za-z0-9]$/;

/** Whether a text can be the name of a bucket. */
export function isBucketName(text: string): boolean {
  return BUCKET.test(text) && !text.includes('..');
}

/**
 * Reads `s3://bucket/key`.
 *
 * @throws Failure ConfigurationInvalid
 */
export function parseObjectAddress(text: string): ObjectAddress {
  const [, bucket = '', key = ''] = /^s3:\/\/([^/]+)\/(.+)$/i.exec(text) ?? [];
  if (isBucketName(bucket) && key !== '') return { bucket, key };
  const shown = JSON.stringify(text.replace(/\/\/[^/]*@/, '//…@'));
  throw new Failure('ConfigurationInvalid', `${shown} is no address of an object; one is s3://bucket/key`);
}
