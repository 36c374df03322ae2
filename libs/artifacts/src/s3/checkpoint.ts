// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { Digest } from '../digests.ts';

/** An upload in parts that was begun. */
export interface UploadState extends Digest {
  readonly uploadId: string;
  readonly partBytes: number;
  /** Whether the service keeps a sha256 for each part. */
  readonly sums: Sums;
}

/** How the service checks parts and tells them later: by sha256, or by the md5 in their etag. */
export type Sums = 'sha256' | 'etag';

/** The upload as the text of a checkpoint. */
export function encodeUpload(upload: UploadState): string {
  const { uploadId, partBytes, sums, size, md5, sha256 } = upload;
  return JSON.stringify({ uploadId, partBytes, sums, size, md5, sha256 });
}

/** Reads the text of a checkpoint; `undefined` for what another version or nobody wrote: the upload begins again. */
export function decodeUpload(text: string | undefined): UploadState | undefined {
  if (text === undefined) return undefined;
  const { uploadId, partBytes, sums, size, md5, sha256 } = fieldsOf(text);
  if (!isText(uploadId) || !isText(md5) || !isText(sha256)) return undefined;
  if (!isCount(partBytes) || partBytes === 0 || !isCount(size)) return undefined;
  if (sums !== 'sha256' && sums !== 'etag') return undefined;
  return { uploadId, partBytes, sums, size, md5, sha256 };
}

function fieldsOf(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
