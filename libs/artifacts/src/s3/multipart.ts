// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { Readable } from 'node:stream';

import { CompleteMultipartUploadCommand, UploadPartCommand, type UploadPartCommandOutput } from '@aws-sdk/client-s3';

import type { UploadState } from './checkpoint.ts';
import { hasCode } from './failure.ts';
import { partsOf, type Part } from './part-plan.ts';
import { createProgress, type Progress } from './progress.ts';
import { changed, isUnchanged, withBytes, withSource, type Sending } from './reading.ts';
import { withSignedPayload } from './signed-payload.ts';
import type { PartSums, SourceSums } from './source-sums.ts';
import type { Transfer } from './transfer.ts';
import type { HeldPart } from './uploads.ts';

/** A part that the service holds, as the completion names it. */
interface SentPart {
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

/** Sends the parts that the service does not hold yet, several at once, and completes the upload. */
export async function finishUpload(multipart: Multipart, held: readonly HeldPart[]): Promise<void> {
  const { transfer, upload, sums } = multipart;
  const sent = new Map<number, SentPart>();
  const missing: Part[] = [];
  const progress = createProgress(upload.size, transfer.options.onProgress);
  for (const part of partsOf(upload.size, upload.partBytes)) {
    const found = held.find((each) => each.number === part.number);
    if (found !== undefined && isThatPart(found, part, { upload, sums })) {
      sent.set(part.number, sentPart(multipart, part, found.etag));
      progress.add(part.end - part.start);
    } else {
      missing.push(part);
    }
  }
  if (held.length > 0) {
    const counts = { key: transfer.key, held: sent.size, missing: missing.length };
    transfer.shared.access.logger.info(counts, 'an unfinished upload goes on');
  }
  await sendAll(multipart, missing, async (part, signal) => {
    sent.set(part.number, await sendPart(multipart, part, { progress, signal }));
  });
  await complete(
    transfer,
    upload,
    [...sent.values()].sort((a, b) => a.PartNumber - b.PartNumber),
  );
}

/** A part counts only when it is as long as ours and has its checksum, or the md5 as its etag. */
function isThatPart(found: HeldPart, part: Part, { upload, sums }: Pick<Multipart, 'upload' | 'sums'>): boolean {
  const own = sums.parts[part.number - 1];
  if (found.size !== part.end - part.start || own === undefined) return false;
  return upload.sums === 'sha256' ? found.sha256 === own.sha256 : found.etag === own.md5;
}

// The first failure stops the others, and nothing is on its way any more when it is told.
async function sendAll(
  { transfer }: Multipart,
  parts: readonly Part[],
  send: (part: Part, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const { shared, options } = transfer;
  const stop = new AbortController();
  const signal = AbortSignal.any([options.signal, stop.signal]);
  const queue = parts.values();
  const work = async (): Promise<void> => {
    for (const part of queue) await shared.slots.within(signal, async () => await send(part, signal));
  };
  const workers = Array.from({ length: Math.min(parts.length, shared.parallel) }, async () => {
    await work().catch((error: unknown) => {
      stop.abort(error);
    });
  });
  await Promise.all(workers);
  options.signal.throwIfAborted();
  stop.signal.throwIfAborted();
}

async function sendPart(
  multipart: Multipart,
  part: Part,
  { progress, signal }: { readonly progress: Progress; readonly signal: AbortSignal },
): Promise<SentPart> {
  const { transfer, upload } = multipart;
  const { shared, source, key } = transfer;
  const sums = sumsOf(multipart, part);
  const what = `storing ${key}, part ${String(part.number)}`;
  let told = 0;
  const onBytes = (done: number): void => {
    progress.add(Math.max(0, done - told));
    told = Math.max(told, done);
  };
  const etag = await shared.access.call({ what, key, signal }, async (s3, options) => {
    const send = async (body: Readable, abortSignal: AbortSignal): Promise<UploadPartCommandOutput> => {
      const command = new UploadPartCommand({
        Bucket: shared.access.bucket,
        Key: key,
        UploadId: upload.uploadId,
        PartNumber: part.number,
        Body: body,
        ContentLength: part.end - part.start,
        ...(upload.sums === 'sha256' ? { ChecksumSHA256: sums.sha256 } : {}),
      });
      return await s3.send(withSignedPayload(command, sums.sha256), { abortSignal }).catch(async (error: unknown) => {
        // Bytes change on their way now and then; when they have changed at home, no further attempt helps.
        if (isMismatch(error) && !(await isUnchanged(source, part, sums.sha256))) throw changed(source.name);
        throw error;
      });
    };
    const { ETag } = await withPart(transfer, part, { signal: options.abortSignal, onBytes, send });
    if (ETag === undefined) throw shared.access.strange(key);
    return ETag.replaceAll('"', '');
  });
  return sentPart(multipart, part, etag);
}

/** Sends a part from memory when it fits in there: new memory for each chunk costs more than reading it. */
async function withPart<T>({ shared, source }: Transfer, part: Part, sending: Sending<T>): Promise<T> {
  const read = await shared.buffers.read(source, part);
  if (read === undefined) return await withSource(source, part, sending);
  if (read.bytes.byteLength < part.end - part.start) throw changed(source.name);
  const result = await withBytes(read.bytes, sending);
  read.done();
  return result;
}

function sentPart({ upload, sums }: Multipart, part: Part, etag: string): SentPart {
  const own = sums.parts[part.number - 1];
  const sum = upload.sums === 'sha256' && own !== undefined ? { ChecksumSHA256: own.sha256 } : {};
  return { PartNumber: part.number, ETag: etag, ...sum };
}

async function complete(transfer: Transfer, upload: UploadState, parts: SentPart[]): Promise<void> {
  const { shared, key, options } = transfer;
  const { access } = shared;
  const call = { what: `completing ${key}`, key, signal: options.signal, patient: 'patient' } as const;
  try {
    await access.call(call, async (s3, sending) => {
      const input = { Bucket: access.bucket, Key: key, UploadId: upload.uploadId, MultipartUpload: { Parts: parts } };
      return await s3.send(new CompleteMultipartUploadCommand(input), sending);
    });
  } catch (error) {
    // It may be an earlier attempt that completed it, whose answer was lost: the object itself tells.
    if (!hasCode(error, 'NoSuchUpload')) throw error;
  }
}

function sumsOf({ sums }: Multipart, part: Part): PartSums {
  const found = sums.parts[part.number - 1];
  if (found === undefined) throw new Error(`part ${String(part.number)} was never read`);
  return found;
}

function isMismatch(error: unknown): boolean {
  return error instanceof Error && MISMATCHES.has(error.name);
}

const MISMATCHES = new Set(['BadDigest', 'XAmzContentSHA256Mismatch', 'XAmzContentChecksumMismatch', 'InvalidDigest']);
