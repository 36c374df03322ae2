// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { createHash } from 'node:crypto';

import type { ArtifactSource } from '@ims/export';
import { retrying } from '@ims/retry';
import { Failure } from '@ims/runtime';
import { digestOf, type Digest } from '../digests.ts';
import { differs, retryRules, type Access } from './access.ts';
import type { Action } from './actions.ts';
import { beginUpload } from './begin.ts';
import type { UploadState } from './checkpoint.ts';
import { isDenied, isLost } from './failure.ts';
import { differenceOf, lookUp } from './held.ts';
import { checksumMetadata } from './metadata.ts';
import { completeUpload } from './multipart.ts';
import { partsOf } from './part-plan.ts';
import { etagOfParts } from './part-sums.ts';
import { readBack } from './read-back.ts';
import { missingRights, refuseEncryption } from './refused.ts';
import { sendPart, type Multipart } from './send-part.ts';
import { putWhole } from './single.ts';
import { readSums } from './source-sums.ts';
import { createLearned } from './traits.ts';
import type { Shared, Transfer } from './transfer.ts';
import { abortUpload, deleteObject, listObjects, listParts, listUploads, type Upload } from './uploads.ts';

/** What the ids of images begin with that are tried and never made: no job has one of them. */
const TRIED = '00000000-0000-0000-0000-';

const BYTES = Buffer.from('ims-agent has written this to see whether it can publish here, and removes it at once\n');
const PART_BYTES = 1024 * 1024;

/** What a start that was killed has left of its trial is removed by a later one, after this time in milliseconds. */
const STALE_MS = 24 * 3_600_000;

/** One trial of a bucket. */
interface Trial {
  readonly access: Access;
  readonly transfer: Transfer;
  readonly key: string;
  readonly signal: AbortSignal;
  /** Uploads that were begun. */
  readonly begun: Upload[];
  /** Does a step; `undefined` when the user has no right to do it, which is noted. */
  readonly attempt: <T>(action: Action, step: () => Promise<T>) => Promise<T | undefined>;
}

/**
 * Does every kind of call that publishing, tidying up and taking back will do, with an object of a few bytes: what the
 * service does not take is learned, and what its user has no right to do is named, before anybody works for hours on
 * what could not be published. A bucket with versions keeps those bytes as one.
 *
 * @param job tells this job from others that begin at the same time; what an earlier start of it has left goes too
 * @throws Failure StoreRefused naming the actions that are missing; StoreUnavailable, TransferStalled, NoSpace,
 *   VerificationFailed
 */
export async function probe(shared: Shared, job: string, signal: AbortSignal): Promise<void> {
  // What is learned on the way is told at the end, in one line.
  const learned = createLearned({ ...shared.access.logger, info: () => undefined });
  const access: Access = { ...shared.access, learned };
  const missing = new Set<Action>();
  const bucket = `s3://${access.bucket}`;
  // Below an id as an image has it, since rights may be given by such; the job's own, since others begin at the same time.
  const imageId = `${TRIED}${createHash('sha256').update(job).digest('hex').slice(0, 12)}`;
  const key = `${imageId}/trial`;
  const trial: Trial = {
    access,
    key,
    signal,
    begun: [],
    transfer: {
      shared: { ...shared, access },
      key,
      image: { imageId, imageName: 'trial', jobId: 'trial' },
      source: sourceOf(BYTES),
      options: { onProgress: () => undefined, signal },
    },
    attempt: async (action, step) => {
      try {
        return await step();
      } catch (error) {
        if (!isDenied(error)) throw error;
        missing.add(action);
        return undefined;
      }
    },
  };
  try {
    const rules = { ...retryRules(access.settings, access.logger), what: `trying to write to ${bucket}`, signal };
    await retrying({ ...rules, isTransient: isWorthAgain }, async () => {
      missing.clear();
      const sums = await readSums(trial.transfer.source, { partBytes: PART_BYTES, partMd5: 'wanted' }, signal);
      const upload = await trial.attempt('s3:PutObject', async () => await begin(trial, sums.digest));
      // Side by side, since a store may be far away.
      await allDone([
        upload === undefined ? Promise.resolve() : tryUpload(trial, { transfer: trial.transfer, upload, sums }),
        tryGivingUp(trial),
        tryObject(trial),
      ]);
    });
    if (missing.size > 0) throw missingRights(access, [...missing]);
  } catch (error) {
    await removeTried(trial);
    throw error;
  }
  shared.access.learned.learn(learned.traits);
}

/** An object in parts, from the first one to its end. */
async function tryUpload({ access, key, signal, attempt }: Trial, multipart: Multipart): Promise<void> {
  const { transfer, upload, sums } = multipart;
  const progress = { add: () => undefined };
  const [part = { number: 1, start: 0, end: 0 }] = partsOf(BYTES.length, PART_BYTES);
  const listing = attempt(
    's3:ListMultipartUploadParts',
    async () => await listParts(access, { ...upload, key }, signal),
  );
  const sent = await attempt('s3:PutObject', async () => await sendPart(multipart, part, { progress, signal }));
  await listing;
  if (sent === undefined) return;
  await attempt('s3:PutObject', async () => {
    await completeUpload(multipart, [sent]);
  });
  await attempt('s3:GetObject', async () => {
    const parts = { count: 1, sha256: sums.ofParts };
    const wanted = { digest: sums.digest, parts, etag: async () => await etagOfParts(transfer.source, sums, signal) };
    const how = await differenceOf(await lookUp(access, { what: `looking for ${key}`, key, signal }), wanted);
    if (how !== undefined) throw differs(access.bucket, key, how);
  });
  await attempt('s3:DeleteObject', async () => {
    await deleteObject(access, key, signal);
  });
}

/** A service that keeps no sha256 does not say it back when an upload begins. */
async function begin({ transfer, key, begun }: Trial, digest: Digest): Promise<UploadState & Upload> {
  const upload = await beginUpload(transfer, {
    digest,
    partBytes: PART_BYTES,
    onBegun: ({ uploadId }) => begun.push({ key, uploadId }),
  });
  if (upload.sums === 'etag') transfer.shared.access.learned.learn({ sums: 'etag', proof: 'payload' });
  return { ...upload, key };
}

/** An unfinished upload, as tidying up finds one and removes it. */
async function tryGivingUp(trial: Trial): Promise<void> {
  const { access, key, signal, attempt, begun } = trial;
  const listing = attempt('s3:ListBucketMultipartUploads', async () => await listUploads(access, TRIED, signal));
  const upload = await attempt('s3:PutObject', async () => await begin(trial, digestOf(BYTES)));
  const left = ((await listing) ?? []).filter(
    (each) => (each.key === key || isStale(each.begun)) && begun.every(({ uploadId }) => uploadId !== each.uploadId),
  );
  for (const each of [upload ?? [], left].flat()) {
    await attempt('s3:AbortMultipartUpload', async () => {
      await abortUpload(access, each, signal);
    });
  }
}

/** An object in one piece, read back and removed, and the list in which such objects are found. */
async function tryObject({ access, key, signal, attempt }: Trial): Promise<void> {
  const whole = `${key}-whole`;
  const listing = attempt('s3:ListBucket', async () => await listObjects(access, TRIED, signal));
  const metadata = checksumMetadata(digestOf(BYTES));
  const stored = await attempt('s3:PutObject', async () => {
    await putWhole(access, { what: `storing ${whole}`, key: whole, bytes: BYTES, metadata, signal });
    return whole;
  });
  if (stored === undefined) await refuseEncryption(access, { key: whole, signal });
  else await attempt('s3:GetObject', async () => await readBack(access, { key: whole, bytes: BYTES }, signal));
  const found = ((await listing) ?? []).filter((each) => isStale(each.modified)).map((each) => each.key);
  for (const each of [stored ?? [], found].flat()) {
    await attempt('s3:DeleteObject', async () => {
      await deleteObject(access, each, signal);
    });
  }
}

/** Rejects as the first that fails, when all have ended. */
async function allDone(steps: readonly Promise<void>[]): Promise<void> {
  for (const result of await Promise.allSettled(steps)) if (result.status === 'rejected') throw result.reason;
}

/** The service said that all is well, and it is not. */
function isWorthAgain(error: unknown): boolean {
  return isLost(error) || (error instanceof Failure && error.reason === 'VerificationFailed');
}

function isStale(since: Date | undefined): boolean {
  return since !== undefined && Date.now() - since.getTime() > STALE_MS;
}

async function removeTried({ access, key, begun }: Trial): Promise<void> {
  if (begun.length === 0) return;
  await access.tidy('removing what was tried', async (signal) => {
    await Promise.all(begun.map(async (upload) => await abortUpload(access, upload, signal)));
    for (const each of [key, `${key}-whole`]) await deleteObject(access, each, signal);
  });
}

function sourceOf(bytes: Uint8Array): ArtifactSource {
  return {
    name: 'rootfs',
    size: bytes.byteLength,
    async *stream({ start, end } = { start: 0, end: bytes.byteLength }) {
      yield await Promise.resolve(bytes.subarray(start, end));
    },
    close: async () => undefined,
  };
}
