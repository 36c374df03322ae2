// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { S3Object, S3ObjectOptions } from './s3/object.ts';

/**
 * Opens an object of an S3 service for reading; loads the SDK only now.
 *
 * @throws Failure as `openS3Object` of `s3/object.ts`
 */
export async function openS3Object(options: S3ObjectOptions): Promise<S3Object> {
  const { openS3Object: open } = await import('./s3/object.ts');
  return await open(options);
}
