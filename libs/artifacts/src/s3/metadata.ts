// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { ImageIdentity } from '@ims/export';
import type { Digest } from '../digests.ts';

/** S3 allows 2 KB for all metadata of an object; the rest of ours takes less than 400 bytes of it. */
const LONGEST_NAME = 1500;

/** An encoded word has at most 75 characters (RFC 2047 §2): 45 bytes in base64 and twelve around them. */
const WORD_BYTES = 45;

/** What one can send in a header and get back unchanged from every server: single spaces, none at the ends. */
const PLAIN = /^(?!=\?)[!-~]+( [!-~]+)*$/;

/** What S3 calls bytes of no known kind, and what clients of the artifacts know them by (reference §6.1). */
export const CONTENT_TYPE = 'binary/octet-stream';

/** The metadata of an artifact (reference §6.1), with sha256 besides md5. */
export function artifactMetadata(image: ImageIdentity, digest: Digest): Record<string, string> {
  return {
    ...checksumMetadata(digest),
    'x-shasta-ims-image-name': encodeHeaderText(image.imageName),
    'x-shasta-ims-image-id': image.imageId,
    'x-shasta-ims-job-id': encodeHeaderText(image.jobId),
  };
}

/** The metadata that every object has; the manifest has no other. */
export function checksumMetadata({ md5, sha256 }: Digest): Record<string, string> {
  return { md5sum: md5, sha256sum: sha256 };
}

/**
 * A text as a header can carry it. Metadata are headers, and those are ASCII: any other text becomes encoded words of
 * RFC 2047, which is how S3 itself shows such metadata and what mail libraries everywhere read.
 * A text that is longer than the metadata of an object may be is cut, with an ellipsis (H11).
 *
 * @example
 * encodeHeaderText('café') // '=?UTF-8?B?Y2Fmw6k=?='
 */
export function encodeHeaderText(text: string): string {
  if (text === '') return '';
  if (PLAIN.test(text) && text.length <= LONGEST_NAME) return text;
  const whole = encodedWords(text);
  if (whole.length <= LONGEST_NAME) return whole;
  const roomFor = Math.floor(LONGEST_NAME / 73) * WORD_BYTES - 3;
  return encodedWords(`${chunksOf(text, roomFor)[0] ?? ''}…`);
}

function encodedWords(text: string): string {
  return chunksOf(text, WORD_BYTES)
    .map((chunk) => `=?UTF-8?B?${Buffer.from(chunk).toString('base64')}?=`)
    .join(' ');
}

/** Cuts a text into pieces of at most `bytes` bytes of UTF-8, never within a character (RFC 2047 §5). */
function chunksOf(text: string, bytes: number): string[] {
  const chunks: string[] = [];
  let chunk = '';
  for (const character of text.toWellFormed()) {
    if (Buffer.byteLength(chunk + character) > bytes) {
      chunks.push(chunk);
      chunk = '';
    }
    chunk += character;
  }
  return [...chunks, chunk];
}
