// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { Readable } from 'node:stream';

import { S3ServiceException, UploadPartCommand, type S3Client, type UploadPartCommandOutput } from '@aws-sdk/client-s3';

import type { UploadState } from './checkpoint.ts';
import type { Part } from './part-plan.ts';
import { sumsOfBytes, sumsOfPart } from './part-sums.ts';
import type { Progress } from './progress.ts';
import { changed, withBytes, withSource } from './reading.ts';
import { withProof, type Proof } from './proof.ts';
import type { PartSums, SourceSums } from './source-sums.ts';
import { adapting } from './traits.ts';
import type { Transfer } from './transfer.ts';

/** A part that the service holds, as the completion names it. */
export interface SentPart {
  readonly PartNumber: number;
  readonly ETag: string;
  readonly ChecksumSHA256?: string;
}

/** An upload that was begun, and what is known of its source. */
export interface Multipart {
  readonly transfer: Transfer;
  readonly upload: UploadState;
  readonly sums: SourceSums;
}

/** Reads a part and sends it, again when that fails for a passing reason. */
export async function sendPart(
  multipart: Multipart,
  part: Part,
  { progress, signal }: { readonly progress: Progress; readonly signal: AbortSignal },
): Promise<SentPart> {
  const { shared, key } = multipart.transfer;
  let told = 0;
  const onBytes = (done: number): void => {
    progress.add(Math.max(0, done - told));
    told = Math.max(told, done);
  };
  const what = `storing ${key}, part ${String(part.number)}`;
  const send = async (proof: Proof): Promise<string> =>
    await shared.access.call({ what, action: 's3:PutObject', key, signal }, async (s3, options) => {
      const { ETag } = await sendOnce(multipart, part, { s3, signal: options.abortSignal, onBytes, proof });
      if (ETag === undefined) throw shared.access.strange(key);
      return ETag.replaceAll('"', '');
    });
  const etag =
    multipart.upload.sums === 'etag'
      ? await send('payload')
      : await adapting(shared.access.learned, 'proof', async ({ proof }) => await send(proof));
  return sentPart(multipart, part, etag);
}

/** A part as the completion names it. */
export function sentPart({ upload, sums }: Multipart, part: Part, etag: string): SentPart {
  const own = sums.parts.get(part.number);
  const sum = upload.sums === 'sha256' && own !== undefined ? { ChecksumSHA256: own.sha256 } : {};
  return { PartNumber: part.number, ETag: etag, ...sum };
}

interface Attempt {
  readonly s3: S3Client;
  readonly signal: AbortSignal;
  readonly onBytes: (done: number) => void;
  readonly proof: Proof;
}

/** From memory when the part fits in there: new memory for each chunk costs more than reading it. */
async function sendOnce(multipart: Multipart, part: Part, attempt: Attempt): Promise<UploadPartCommandOutput> {
  const { shared, source } = multipart.transfer;
  const read = await shared.buffers.read(source, part);
  if (read !== undefined && read.bytes.byteLength < part.end - part.start) throw changed(source.name);
  const own = multipart.sums.parts.get(part.number) ?? (await sumsOf(multipart, part, read?.bytes));
  const sending = {
    signal: attempt.signal,
    onBytes: attempt.onBytes,
    send: async (body: Readable, abortSignal: AbortSignal) =>
      await attempt.s3
        .send(commandOf(multipart, part, { own, body, proof: attempt.proof }), { abortSignal })
        .catch(async (error: unknown) => {
          // Bytes change on their way now and then; when they have changed at home, no further attempt helps.
          if (isMismatch(error) && (await sumsOfPart(source, part)).sha256 !== own.sha256) throw changed(source.name);
          throw error;
        }),
  };
  if (read === undefined) return await withSource(source, part, sending);
  const answer = await withBytes(read.bytes, sending);
  read.done();
  return answer;
}

/** Whatever of a part is sent, also by a later attempt, has the sums of the first. */
async function sumsOf(multipart: Multipart, part: Part, bytes: Uint8Array | undefined): Promise<PartSums> {
  const { transfer, upload, sums } = multipart;
  const which = { md5: upload.sums === 'etag' ? 'wanted' : 'unwanted' } as const;
  const own = bytes === undefined ? await sumsOfPart(transfer.source, part, which) : sumsOfBytes(bytes, which);
  sums.parts.set(part.number, own);
  return own;
}

function commandOf(
  { transfer, upload }: Multipart,
  part: Part,
  { own, body, proof }: { readonly own: PartSums; readonly body: Readable; readonly proof: Proof },
): UploadPartCommand {
  const command = new UploadPartCommand({
    Bucket: transfer.shared.access.bucket,
    Key: transfer.key,
    UploadId: upload.uploadId,
    PartNumber: part.number,
    Body: body,
    ContentLength: part.end - part.start,
    ...(upload.sums === 'sha256' ? { ChecksumSHA256: own.sha256 } : {}),
  });
  return withProof(command, own.sha256, proof);
}

function isMismatch(error: unknown): boolean {
  return error instanceof S3ServiceException && error.$metadata.httpStatusCode === 400 && MISMATCHES.has(error.name);
}

const MISMATCHES = new Set(['BadDigest', 'XAmzContentSHA256Mismatch', 'XAmzContentChecksumMismatch', 'InvalidDigest']);
