// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { Readable } from 'node:stream';

import { S3ServiceException, UploadPartCommand, type S3Client, type UploadPartCommandOutput } from '@aws-sdk/client-s3';

import type { UploadState } from './checkpoint.ts';
import type { Part } from './part-plan.ts';
import { sumsOfBytes, sumsOfChunks, sumsOfPart, type WhichSums } from './part-sums.ts';
import type { Progress } from './progress.ts';
import { changed, withBytes, withChunks, type Sending } from './reading.ts';
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
      const slowDown = shared.flow.attempt();
      const attempt = { s3, signal: options.abortSignal, onBytes, proof };
      const { ETag } = await sendOnce(multipart, part, attempt).catch((error: unknown) => {
        if (isTooMuch(error)) slowDown();
        throw error;
      });
      if (ETag === undefined) throw shared.access.strange(key);
      return ETag.replaceAll('"', '');
    });
  const etag =
    multipart.upload.sums === 'etag'
      ? await send('payload')
      : await adapting(shared.access.learned, 'proof', async ({ proof }) => await send(proof));
  shared.flow.arrived(part.end - part.start);
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

/** How the bytes of a part are had. */
interface PartBytes {
  sums(which: WhichSums): Promise<PartSums>;
  send<T>(sending: Sending<T>): Promise<T>;
  readonly done: () => void;
}

async function sendOnce(multipart: Multipart, part: Part, attempt: Attempt): Promise<UploadPartCommandOutput> {
  const { source } = multipart.transfer;
  const bytes = await bytesOf(multipart.transfer, part);
  const own = multipart.sums.parts.get(part.number) ?? (await sumsOf(multipart, part, bytes));
  const answer = await bytes.send({
    signal: attempt.signal,
    onBytes: attempt.onBytes,
    send: async (body, abortSignal) =>
      await attempt.s3
        .send(commandOf(multipart, part, { own, body, proof: attempt.proof }), { abortSignal })
        .catch(async (error: unknown) => {
          // Bytes change on their way now and then; when they have changed at home, no further attempt helps.
          if (isMismatch(error) && (await sumsOfPart(source, part)).sha256 !== own.sha256) throw changed(source.name);
          throw error;
        }),
  });
  bytes.done();
  return answer;
}

/** From memory while there is room; what finds none is read in small pieces, and what has no descriptor is streamed. */
async function bytesOf({ shared, source }: Transfer, part: Part): Promise<PartBytes> {
  const read = await shared.buffers.read(source, part);
  if (read !== undefined) {
    if (read.bytes.byteLength < part.end - part.start) throw changed(source.name);
    return {
      sums: async (which) => sumsOfBytes(read.bytes, which),
      // After a failure somebody may still read from the memory: it is left to the garbage collector.
      send: async (sending) => await withBytes(read.bytes, sending, read.done),
      done: () => undefined,
    };
  }
  const opened = shared.buffers.open(source, part);
  const chunks = (): AsyncIterable<Uint8Array> => opened?.pieces() ?? source.stream(part);
  return {
    sums: async (which) => await sumsOfChunks(chunks(), which),
    send: async (sending) => await withChunks({ name: source.name, part, chunks: chunks() }, sending),
    done: () => opened?.done(),
  };
}

/** Whatever of a part is sent, also by a later attempt, has the sums of the first. */
async function sumsOf({ upload, sums }: Multipart, part: Part, bytes: PartBytes): Promise<PartSums> {
  const own = await bytes.sums({ md5: upload.sums === 'etag' ? 'wanted' : 'unwanted' });
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

/** `SlowDown`, in whatever words. */
function isTooMuch(error: unknown): boolean {
  return error instanceof S3ServiceException && TOO_MUCH.has(error.$metadata.httpStatusCode ?? 0);
}

const TOO_MUCH = new Set([429, 503]);

function isMismatch(error: unknown): boolean {
  return error instanceof S3ServiceException && error.$metadata.httpStatusCode === 400 && MISMATCHES.has(error.name);
}

const MISMATCHES = new Set(['BadDigest', 'XAmzContentSHA256Mismatch', 'XAmzContentChecksumMismatch', 'InvalidDigest']);
