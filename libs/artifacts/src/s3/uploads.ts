// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import {
  AbortMultipartUploadCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  paginateListObjectsV2,
  DeleteObjectCommand,
  type ListMultipartUploadsCommandOutput,
  type ListPartsCommandOutput,
} from '@aws-sdk/client-s3';

import type { Access } from './access.ts';
import { isAbsent } from './failure.ts';

/** An upload that nobody has completed. */
export interface Upload {
  readonly key: string;
  readonly uploadId: string;
  readonly begun?: Date | undefined;
}

/** An object in a list. */
export interface Listed {
  readonly key: string;
  readonly modified: Date | undefined;
}

/** A part as the service holds it. */
export interface HeldPart {
  readonly number: number;
  readonly size: number;
  readonly etag: string;
  readonly sha256: string | undefined;
}

const LISTING_UPLOADS = { what: 'looking for unfinished uploads', action: 's3:ListBucketMultipartUploads' } as const;

const LISTING_PARTS = {
  what: 'asking for the parts that have arrived',
  action: 's3:ListMultipartUploadParts',
} as const;

/** The unfinished uploads whose keys begin with `prefix`. */
export async function listUploads(access: Access, prefix: string, signal: AbortSignal): Promise<Upload[]> {
  const found: Upload[] = [];
  let page: ListMultipartUploadsCommandOutput | undefined;
  do {
    const after = { KeyMarker: page?.NextKeyMarker, UploadIdMarker: page?.NextUploadIdMarker };
    page = await access.call({ ...LISTING_UPLOADS, key: prefix, signal }, async (s3, options) => {
      const input = { Bucket: access.bucket, Prefix: prefix, ...after };
      return await s3.send(new ListMultipartUploadsCommand(input), options);
    });
    for (const { Key, UploadId, Initiated } of page.Uploads ?? []) {
      if (Key?.startsWith(prefix) !== true || UploadId === undefined) continue;
      found.push({ key: Key, uploadId: UploadId, begun: Initiated });
    }
  } while (page.IsTruncated === true);
  return found;
}

/** Gives up an upload with all its parts; one that is gone already is fine. */
export async function abortUpload(access: Access, upload: Upload, signal: AbortSignal): Promise<void> {
  const { key, uploadId } = upload;
  await access
    .call({ what: 'giving up an upload', action: 's3:AbortMultipartUpload', key, signal }, async (s3, options) => {
      const input = { Bucket: access.bucket, Key: key, UploadId: uploadId };
      return await s3.send(new AbortMultipartUploadCommand(input), options);
    })
    .catch(unlessAbsent);
}

/** The parts of an upload that have arrived; `undefined` for an upload that is gone. */
export async function listParts(access: Access, upload: Upload, signal: AbortSignal): Promise<HeldPart[] | undefined> {
  const { key, uploadId } = upload;
  const found: HeldPart[] = [];
  let page: ListPartsCommandOutput | undefined;
  do {
    const after = page?.NextPartNumberMarker;
    page = await access
      .call({ ...LISTING_PARTS, key, signal }, async (s3, options) => {
        const input = { Bucket: access.bucket, Key: key, UploadId: uploadId, PartNumberMarker: after };
        return await s3.send(new ListPartsCommand(input), options);
      })
      .catch(unlessAbsent);
    if (page === undefined) return undefined;
    for (const part of page.Parts ?? []) found.push(heldPartOf(part));
  } while (page.IsTruncated === true);
  return found;
}

function heldPartOf(part: NonNullable<ListPartsCommandOutput['Parts']>[number]): HeldPart {
  const { PartNumber = 0, Size = 0, ETag = '', ChecksumSHA256 } = part;
  return { number: PartNumber, size: Size, etag: ETag.replaceAll('"', ''), sha256: ChecksumSHA256 };
}

/** The objects whose keys begin with `prefix`. */
export async function listObjects(access: Access, prefix: string, signal: AbortSignal): Promise<Listed[]> {
  // One image has a handful of objects: a failure asks for all of them again.
  return await access.call(
    { what: 'listing objects', action: 's3:ListBucket', key: prefix, signal },
    async (s3, options) => {
      const pages = paginateListObjectsV2({ client: s3 }, { Bucket: access.bucket, Prefix: prefix }, options);
      const found: Listed[] = [];
      for await (const { Contents = [] } of pages) {
        for (const { Key, LastModified } of Contents)
          if (Key !== undefined) found.push({ key: Key, modified: LastModified });
      }
      return found;
    },
  );
}

/** Removes an object; one that is gone already is fine. One at a time: old Ceph wants an md5 for a list of them. */
export async function deleteObject(access: Access, key: string, signal: AbortSignal): Promise<void> {
  await access
    .call({ what: 'removing an object', action: 's3:DeleteObject', key, signal }, async (s3, options) => {
      return await s3.send(new DeleteObjectCommand({ Bucket: access.bucket, Key: key }), options);
    })
    .catch(unlessAbsent);
}

function unlessAbsent(error: unknown): undefined {
  if (!isAbsent(error)) throw error;
}
