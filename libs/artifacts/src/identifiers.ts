// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { createHash } from 'node:crypto';

import { Failure } from '@ims/runtime';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Namespace of the image ids of directory registries (RFC 9562 §5.5), drawn once at random. */
const NAMESPACE = 'c5a1f0f4-7c0e-4f5e-9d53-0f6d2a4b8e17';

/**
 * An image id that becomes a directory or an object's key: a UUID, so that it cannot climb out of the store.
 *
 * @throws Failure ConfigurationInvalid
 */
export function checkedImageId(imageId: string): string {
  if (UUID.test(imageId)) return imageId;
  throw new Failure('ConfigurationInvalid', `the image id ${JSON.stringify(imageId)} is no lower-case UUID`);
}

/** The image id of a job, version 5: the same however often and wherever it is asked for. */
export function imageIdOf(jobId: string): string {
  const hash = createHash('sha1')
    .update(Buffer.from(NAMESPACE.replaceAll('-', ''), 'hex'))
    .update(jobId)
    .digest();
  hash.writeUInt8((hash.readUInt8(6) & 0x0f) | 0x50, 6);
  hash.writeUInt8((hash.readUInt8(8) & 0x3f) | 0x80, 8);
  return hash.toString('hex', 0, 16).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
