// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { Call } from './outbox-file.ts';
import { ensureRecord, isGone, removeDuplicates, type RecordWork } from './own-record.ts';
import { ImsProblem } from './verdict.ts';

/** One call in words, for the log: `telling IMS the status success`. */
export function describeCall(call: Call): string {
  return DESCRIPTIONS[call.kind](call as never);
}

/** Makes one call; any number of repetitions comes to the same. Gives the image's id for one that asks for it. */
export async function perform(call: Call, work: RecordWork, signal: AbortSignal): Promise<string | undefined> {
  return await PERFORMERS[call.kind](call as never, work, signal);
}

type Of<K extends Call['kind']> = Extract<Call, { kind: K }>;

const DESCRIPTIONS: { readonly [K in Call['kind']]: (call: Of<K>) => string } = {
  status: ({ status }) => `telling IMS the status ${status}`,
  create: () => 'making the image record in IMS',
  link: ({ imageId }) => `linking the manifest to the image record ${imageId}`,
  result: ({ imageId }) => `telling IMS that the job made the image ${imageId}`,
};

type Performer<K extends Call['kind']> = (
  call: Of<K>,
  work: RecordWork,
  signal: AbortSignal,
) => Promise<string | undefined>;

const PERFORMERS: { readonly [K in Call['kind']]: Performer<K> } = {
  status: async ({ status }, { client, jobId, logger, onJobGone }, signal) => {
    await client.setStatus(jobId, status, signal).catch((error: unknown) => {
      if (!isGone(error)) throw error;
      onJobGone?.();
      logger.warn({ err: error }, `IMS has no record of this job: nobody is left to tell the status ${status}`);
    });
    return undefined;
  },
  create: async ({ name, arch }, work, signal) => await ensureRecord(work, { name, arch }, signal),
  link: async (call, work, signal) => {
    await link(call, work, signal);
    return undefined;
  },
  result: async ({ imageId }, work, signal) => {
    // A request that was slow on the way may have made a second record after the last look (H3).
    await removeDuplicates(work, imageId, signal);
    await tellResult(imageId, work, signal);
    return undefined;
  },
};

async function tellResult(imageId: string, work: RecordWork, signal: AbortSignal): Promise<void> {
  try {
    await work.client.setResult(work.jobId, imageId, signal);
  } catch (error) {
    if (!isGone(error)) throw error;
    work.onJobGone?.();
    // Somebody has removed the record of the job: there is nobody left to tell, and the image is registered.
    work.logger.warn(
      { err: error, image: imageId },
      'IMS has no record of this job; its image is registered all the same',
    );
  }
}

async function link({ imageId, link }: Of<'link'>, { client }: RecordWork, signal: AbortSignal): Promise<void> {
  try {
    await client.linkImage(imageId, link, signal);
  } catch (error) {
    if (!(error instanceof ImsProblem && error.verdict === 'conflict')) throw error;
    const { link: there } = await client.image(imageId, signal);
    if (there?.path !== link.path || there.type !== link.type || (there.etag ?? link.etag) !== link.etag) throw error;
  }
}
