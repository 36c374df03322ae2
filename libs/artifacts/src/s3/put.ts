// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { ARTIFACTS, type StoredArtifact } from '@ims/contract';
import type { ArtifactSource } from '@ims/export';
import { retrying } from '@ims/retry';
import { Failure } from '@ims/runtime';
import { digestOf, isSame } from '../digests.ts';
import { otherThanPacked } from '../recorded.ts';
import { retryRules } from './access.ts';
import { beginUpload } from './begin.ts';
import { decodeUpload, encodeUpload, type UploadState } from './checkpoint.ts';
import { isLost } from './failure.ts';
import { differenceOf, lookUp, lookUpBefore, type Held, type Wanted } from './held.ts';
import { artifactMetadata } from './metadata.ts';
import { finishUpload } from './multipart.ts';
import { PART_BYTES, partBytesFor, partsOf } from './part-plan.ts';
import { etagOfParts, sumsOfBytes } from './part-sums.ts';
import { readWhole } from './reading.ts';
import { putWhole } from './single.ts';
import { readSums, recordedSums, sumOfParts, type PartPlan, type SourceSums } from './source-sums.ts';
import { giveUp, removeOrphans, takeBack, type Trace } from './take-back.ts';
import type { Transfer } from './transfer.ts';
import { listParts } from './uploads.ts';

/** Stores one artifact; what the service holds afterwards is what was read (H20). */
export async function putArtifact(transfer: Transfer): Promise<StoredArtifact> {
  const { shared, source, key, options } = transfer;
  const { bucket, settings, logger } = shared.access;
  const least = settings.partBytes ?? PART_BYTES;
  const { held, wanted } = source.size <= least ? await putSmall(transfer) : await putLarge(transfer, least);
  const path = `s3://${bucket}/${key}`;
  logger.debug({ path, size: source.size }, 'stored');
  options.onProgress(source.size, source.size);
  return { name: source.name, type: ARTIFACTS[source.name].mime, path, ...wanted.digest, etag: held.etag };
}

interface Outcome {
  readonly held: Held;
  readonly wanted: Wanted;
}

async function putSmall(transfer: Transfer): Promise<Outcome> {
  const { shared, key, image, source, options } = transfer;
  const { signal } = options;
  return await shared.flow.within(signal, async () => {
    const bytes = await readWhole(source, signal);
    const digest = digestOf(bytes);
    if (source.sums !== undefined && source.sums.sha256 !== digest.sha256) throw otherThanPacked(source.name);
    const parts = { count: 1, sha256: sumOfParts(new Map([[1, sumsOfBytes(bytes)]])) };
    const wanted = { digest, parts, etag: async () => digest.md5 };
    const send: Way['send'] = async (_attempt, trace) => {
      trace.objectSent = true;
      const metadata = artifactMetadata(image, digest);
      await putWhole(shared.access, { what: `storing ${key}`, key, bytes, metadata, signal });
    };
    return await unlessHeld(transfer, wanted, { send });
  });
}

async function putLarge(transfer: Transfer, least: number): Promise<Outcome> {
  const { source, options } = transfer;
  const saved = decodeUpload(options.checkpoint?.found);
  const sums = recordedSums(source) ?? (await readSums(source, planFor(source, saved, least), options.signal));
  const count = partsOf(source.size, sums.partBytes).length;
  const etag = async (): Promise<string> => await etagOfParts(source, sums, options.signal);
  const wanted = { digest: sums.digest, parts: { count, sha256: sums.ofParts }, etag };
  const resumed = saved !== undefined && isThatUpload(saved, sums) ? saved : undefined;
  return await unlessHeld(transfer, wanted, {
    before: async () => {
      await removeOrphans(transfer, resumed?.uploadId);
    },
    send: async (attempt, trace) => {
      // A second attempt trusts nothing of the first: its parts may be what is wrong.
      if (attempt > 1) await giveUp(transfer, trace.upload);
      else trace.upload = resumed;
      await sendInParts(transfer, trace, { sums, again: attempt > 1 });
    },
    // An upload may have been begun twice, when the first answer was lost.
    after: async () => {
      await removeOrphans(transfer, undefined);
    },
  });
}

/** How an object is sent, and what is tidied up while it is asked for. */
interface Way {
  readonly before?: () => Promise<void>;
  readonly send: (attempt: number, trace: Trace) => Promise<void>;
  readonly after?: () => Promise<void>;
}

function planFor({ size }: ArtifactSource, saved: UploadState | undefined, least: number): PartPlan {
  return {
    partBytes: saved?.size === size ? saved.partBytes : partBytesFor(size, least),
    partMd5: saved?.sums === 'etag' ? 'wanted' : 'unwanted',
  };
}

function isThatUpload(saved: UploadState, { digest, partBytes }: SourceSums): boolean {
  return isSame(saved, digest) && saved.partBytes === partBytes;
}

async function sendInParts(
  transfer: Transfer,
  trace: Trace,
  plan: { readonly sums: SourceSums; readonly again: boolean },
): Promise<void> {
  const { shared, key, options } = transfer;
  const known = plan.again ? undefined : trace.upload;
  const held = known && (await listParts(shared.access, { key, uploadId: known.uploadId }, options.signal));
  if (known !== undefined && held !== undefined) {
    trace.objectSent = true;
    await finishUpload({ transfer, upload: known, sums: plan.sums }, held);
    return;
  }
  const upload = await beginUpload(transfer, {
    digest: plan.sums.digest,
    partBytes: plan.sums.partBytes,
    onBegun: (begun) => {
      trace.upload = begun;
    },
  });
  await options.checkpoint?.save(encodeUpload(upload));
  trace.objectSent = true;
  await finishUpload({ transfer, upload, sums: plan.sums }, []);
}

/** Sends what the service does not hold yet; a lying answer is found by asking, and the sending is done again. */
async function unlessHeld(
  transfer: Transfer,
  wanted: Wanted,
  { before: tidyBefore, send, after: tidyAfter }: Way,
): Promise<Outcome> {
  const { shared, key, options } = transfer;
  const { access } = shared;
  const { signal } = options;
  const asking = { what: `looking for ${key}`, key, signal };
  const [before] = await Promise.all([lookUpBefore(access, asking), tidyBefore?.()]);
  if (before !== undefined && (await differenceOf(before, wanted)) === undefined) return { held: before, wanted };
  const trace: Trace = { upload: undefined, objectSent: false };
  const rules = { ...retryRules(access.settings, access.logger), what: `storing ${key}`, signal };
  try {
    return await retrying({ ...rules, isTransient: isWorthAgain }, async (attempt) => {
      await send(attempt, trace);
      const [held] = await Promise.all([lookUp(access, asking), tidyAfter?.()]);
      const how = await differenceOf(held, wanted);
      if (held === undefined || how !== undefined) throw new NotHeld(`s3://${access.bucket}/${key} ${how ?? ''}`);
      return { held, wanted };
    });
  } catch (error) {
    await takeBack(transfer, trace, error);
    throw error;
  }
}

/** The service said that all is well, and it is not. */
class NotHeld extends Failure {
  constructor(message: string) {
    super('VerificationFailed', message);
  }
}

function isWorthAgain(error: unknown): boolean {
  return error instanceof NotHeld || isLost(error);
}
