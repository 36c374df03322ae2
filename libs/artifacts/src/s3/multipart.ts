// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { CompleteMultipartUploadCommand } from '@aws-sdk/client-s3';

import { isAnswer } from './failure.ts';
import { partsOf, type Part } from './part-plan.ts';
import { sumsOfPart } from './part-sums.ts';
import { createProgress } from './progress.ts';
import { otherThanPacked } from '../recorded.ts';
import { sendPart, sentPart, type Multipart, type SentPart } from './send-part.ts';
import { sumOfParts } from './source-sums.ts';
import type { HeldPart } from './uploads.ts';

/** Sends the parts that the service does not hold yet, several at once, and completes the upload. */
export async function finishUpload(multipart: Multipart, held: readonly HeldPart[]): Promise<void> {
  const { transfer, upload } = multipart;
  const progress = createProgress(upload.size, transfer.options.onProgress);
  const sent = new Map<number, SentPart>();
  const missing: Part[] = [];
  for (const part of partsOf(upload.size, upload.partBytes)) {
    const found = held.find((each) => each.number === part.number);
    if (found !== undefined && (await isThatPart(multipart, part, found))) {
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
  requireSame(multipart);
  await completeUpload(
    multipart,
    [...sent.values()].sort((a, b) => a.PartNumber - b.PartNumber),
  );
}

/** A part counts only when it is as long as ours and has its checksum, or the md5 as its etag. */
async function isThatPart({ transfer, upload, sums }: Multipart, part: Part, found: HeldPart): Promise<boolean> {
  transfer.options.signal.throwIfAborted();
  if (found.size !== part.end - part.start) return false;
  const md5 = upload.sums === 'etag' ? 'wanted' : 'unwanted';
  const own = sums.parts.get(part.number) ?? (await sumsOfPart(transfer.source, part, { md5 }));
  sums.parts.set(part.number, own);
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
    for (const part of queue) await shared.flow.within(signal, async () => await send(part, signal));
  };
  const workers = Array.from({ length: Math.min(parts.length, shared.flow.most) }, async () => {
    await work().catch((error: unknown) => {
      stop.abort(error);
    });
  });
  await Promise.all(workers);
  options.signal.throwIfAborted();
  stop.signal.throwIfAborted();
}

/** What was read once is what it was when its sums were taken, or it never becomes an object (H20). */
function requireSame({ transfer, sums }: Multipart): void {
  if (sumOfParts(sums.parts) !== sums.ofParts) throw otherThanPacked(transfer.source.name);
}

/** Makes the object of its parts, which have to be in order. */
export async function completeUpload({ transfer, upload }: Multipart, parts: SentPart[]): Promise<void> {
  const { shared, key, options } = transfer;
  const { access } = shared;
  const call = {
    what: `completing ${key}`,
    action: 's3:PutObject',
    key,
    signal: options.signal,
    patient: 'patient',
  } as const;
  try {
    await access.call(call, async (s3, sending) => {
      const input = { Bucket: access.bucket, Key: key, UploadId: upload.uploadId, MultipartUpload: { Parts: parts } };
      return await s3.send(new CompleteMultipartUploadCommand(input), sending);
    });
  } catch (error) {
    // It may be an earlier attempt that completed it, whose answer was lost: the object itself tells.
    if (!isAnswer(error, 404, 'NoSuchUpload')) throw error;
  }
}
