// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { Logger } from '@ims/runtime';

import type { ImsClient } from './client.ts';
import type { RecordNotes } from './outbox-file.ts';
import { jobOf, type ImageRecord } from './records.ts';
import { ImsProblem } from './verdict.ts';

/** What finding and making a record needs. */
export interface RecordWork {
  readonly client: ImsClient;
  readonly jobId: string;
  readonly logger: Logger;
  readonly notes: () => RecordNotes;
  /** Resolves when the notes are durable. */
  readonly note: (notes: RecordNotes) => Promise<void>;
}

/** Which image a record is wanted for. */
export interface WantedRecord {
  readonly name: string;
  readonly arch: string;
}

/**
 * Gives the id of the job's one image record and makes it when there is none, so that any number of kills and
 * repetitions leaves exactly one (H3). It is looked for by the id in the notes, then by the job's tag, then, for a
 * server that takes no tags, as the only unlinked record of the name that was not there before. A record that was
 * noted and is gone is made anew: whoever has stored something under an id does not ask for one.
 */
export async function ensureRecord(work: RecordWork, wanted: WantedRecord, signal: AbortSignal): Promise<string> {
  const images = await work.client.images(signal);
  const found = findRecord(work, wanted, images);
  if (found !== undefined) {
    await work.note({ id: found.id });
    return found.id;
  }
  await noteIntent(work, wanted, images);
  const created = await createRecord(work, wanted, signal);
  // A request that was delivered twice has made two: the same one is kept by whoever looks.
  const kept = keeperOf(ownRecords(work.jobId, await work.client.images(signal)), undefined) ?? created;
  await work.note({ id: kept.id });
  await removeDuplicates(work, kept.id, signal);
  return kept.id;
}

/** Removes unlinked records that carry the job's tag and are not its image. */
export async function removeDuplicates(work: RecordWork, imageId: string, signal: AbortSignal): Promise<void> {
  const others = ownRecords(work.jobId, await work.client.images(signal)).filter(
    (record) => record.id !== imageId && !isLinked(record),
  );
  for (const { id } of others) {
    await deleteRecord(work.client, id, signal);
    work.logger.warn({ image: id, kept: imageId }, 'removed a second image record of this job');
  }
}

/** Deletes a record; one that is gone is fine. */
export async function deleteRecord(client: ImsClient, id: string, signal: AbortSignal): Promise<void> {
  await client.deleteImage(id, signal).catch((error: unknown) => {
    if (!isGone(error)) throw error;
  });
}

/** Whether IMS said that there is no such record. */
export function isGone(error: unknown): boolean {
  return error instanceof ImsProblem && error.verdict === 'gone';
}

/** Whether a manifest is linked to a record. */
export function isLinked(record: ImageRecord): boolean {
  return record.link !== null && record.link !== undefined;
}

function findRecord(work: RecordWork, wanted: WantedRecord, images: readonly ImageRecord[]): ImageRecord | undefined {
  const { id, before } = work.notes();
  const own = keeperOf(ownRecords(work.jobId, images), id) ?? images.find((record) => record.id === id);
  if (own !== undefined || before === undefined) return own;
  const strays = images.filter((record) => isStray(record, wanted, before));
  if (strays.length > 1) {
    const what = 'several unlinked image records of this name may be of this job; none of them is used';
    work.logger.warn({ images: strays.map((record) => record.id) }, what);
  }
  return strays.length === 1 ? strays[0] : undefined;
}

function isStray(record: ImageRecord, { name }: WantedRecord, before: readonly string[]): boolean {
  return record.name === name && !isLinked(record) && jobOf(record) === undefined && !before.includes(record.id);
}

// Kept from the first attempt on: what a later look finds may be ours already.
async function noteIntent(work: RecordWork, { name }: WantedRecord, images: readonly ImageRecord[]): Promise<void> {
  if (work.notes().before !== undefined) return;
  await work.note({ before: images.filter((record) => record.name === name).map(({ id }) => id) });
}

async function createRecord(work: RecordWork, wanted: WantedRecord, signal: AbortSignal): Promise<ImageRecord> {
  try {
    return await work.client.createImage({ ...wanted, job: work.jobId }, signal);
  } catch (error) {
    if (!(error instanceof ImsProblem && error.verdict === 'invalid')) throw error;
    work.logger.warn({ err: error }, 'IMS refuses the image record with the tag of the job; it is made without');
    return await work.client.createImage({ ...wanted, job: undefined }, signal);
  }
}

function ownRecords(jobId: string, images: readonly ImageRecord[]): ImageRecord[] {
  return images.filter((record) => jobOf(record) === jobId);
}

/** The one of several that stays: the one that is known, else a linked one, else the oldest, else the smallest id. */
function keeperOf(own: readonly ImageRecord[], known: string | undefined): ImageRecord | undefined {
  const rank = (record: ImageRecord): string =>
    [record.id === known ? '0' : '1', isLinked(record) ? '0' : '1', record.created ?? '~', record.id].join(' ');
  return own.toSorted((a, b) => (rank(a) < rank(b) ? -1 : 1))[0];
}
