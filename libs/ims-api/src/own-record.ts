// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { Logger } from '@ims/runtime';

import type { ImsClient } from './client.ts';
import type { RecordNotes } from './outbox-file.ts';
import { isLinked, jobOf, type ImageRecord } from './records.ts';
import { ImsProblem } from './verdict.ts';

/** What finding and making a record needs. */
export interface RecordWork {
  readonly client: ImsClient;
  readonly jobId: string;
  readonly logger: Logger;
  readonly notes: () => RecordNotes;
  /** Resolves when the notes are durable. */
  readonly note: (notes: RecordNotes) => Promise<void>;
  /** Called when IMS has no record of the job any more. */
  readonly onJobGone?: () => void;
}

/** Which image a record is wanted for. */
export interface WantedRecord {
  readonly name: string;
  readonly arch: string;
}

/**
 * Gives the id of the job's one image record and makes it when there is none, so that any number of kills and
 * repetitions leaves exactly one (H3). It is looked for by the job's tag, then by the id in the notes. A server that
 * takes no tags has one more for each answer that was lost, without a link: whose it is nobody can tell, and a record
 * that two jobs take for theirs would cost one of them its image. A record that was noted and is gone is made anew:
 * whoever has stored something under an id does not ask for one.
 */
export async function ensureRecord(work: RecordWork, wanted: WantedRecord, signal: AbortSignal): Promise<string> {
  const before = await work.client.images(signal);
  const found = findRecord(work, before);
  if (found !== undefined) {
    await work.note({ id: found.id });
    return found.id;
  }
  const created = await createRecord(work, wanted, signal);
  const after = await work.client.images(signal);
  // A request that was delivered twice has made two: the same one is kept by whoever looks.
  const kept = keeperOf(ownRecords(work.jobId, after), undefined) ?? newRecord(created, { before, after });
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

function findRecord(work: RecordWork, images: readonly ImageRecord[]): ImageRecord | undefined {
  const { id } = work.notes();
  return keeperOf(ownRecords(work.jobId, images), id) ?? images.find((record) => record.id === id);
}

// An answer that is stale or somebody else's names another image, and what is stored below that id would replace it.
function newRecord(
  created: ImageRecord,
  images: { readonly before: readonly ImageRecord[]; readonly after: readonly ImageRecord[] },
): ImageRecord {
  const isIt = ({ id }: ImageRecord): boolean => id === created.id;
  const listed = images.after.find(isIt);
  const isNew = listed !== undefined && !images.before.some(isIt);
  if (isNew && listed.name === created.name && !isLinked(listed) && jobOf(listed) === undefined) return listed;
  const what = 'IMS said yes to POST images, but its list does not have the record of the answer as a new one';
  throw new ImsProblem('transient', `${what}: ${created.id}`);
}

async function createRecord(work: RecordWork, wanted: WantedRecord, signal: AbortSignal): Promise<ImageRecord> {
  try {
    return await work.client.createImage({ ...wanted, job: work.jobId }, signal);
  } catch (error) {
    if (!(error instanceof ImsProblem && error.verdict === 'invalid' && error.fields.includes('metadata'))) throw error;
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
