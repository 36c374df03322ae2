// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type * as z from 'zod';

import { answerOf, nameOf, type Call, type CallOptions } from './calls.ts';
import { complaintOf, jsonOf } from './plain-text.ts';
import {
  imageRecord,
  imageRecords,
  isLinked,
  jobOf,
  jobRecord,
  JOB_TAG,
  type ImageRecord,
  type JobRecord,
} from './records.ts';
import { ImsProblem } from './verdict.ts';

/** Where the manifest of an image is, as IMS stores it. */
interface ImageLink {
  readonly path: string;
  readonly etag: string;
  readonly type: string;
}

/** What a new image record says. */
interface NewImage {
  readonly name: string;
  /** `x86_64` or `aarch64`. */
  readonly arch: string;
  /** The job it is tagged with; no tag when undefined. */
  readonly job: string | undefined;
}

/**
 * The calls of reference §6.2, each sent once (twice after a 401) and each within its deadline. All reject with an
 * ImsProblem, an HttpProblem, a Failure of the token source, or the signal's reason.
 */
export interface ImsClient {
  setStatus(jobId: string, status: string, signal: AbortSignal): Promise<void>;
  setResult(jobId: string, imageId: string, signal: AbortSignal): Promise<void>;
  job(jobId: string, signal: AbortSignal): Promise<JobRecord>;
  createImage(image: NewImage, signal: AbortSignal): Promise<ImageRecord>;
  images(signal: AbortSignal): Promise<readonly ImageRecord[]>;
  image(imageId: string, signal: AbortSignal): Promise<ImageRecord>;
  linkImage(imageId: string, link: ImageLink, signal: AbortSignal): Promise<void>;
  deleteImage(imageId: string, signal: AbortSignal): Promise<void>;
}

type Send = <S extends z.ZodType>(call: Call, schema: S) => Promise<z.infer<S>>;

/** Makes the client of one IMS. */
export function createImsClient(options: CallOptions): ImsClient {
  const send: Send = async (call, schema) => {
    const { text } = await answerOf(call, options);
    const parsed = schema.safeParse(jsonOf(text));
    if (!parsed.success) throw unlikely(call, complaintOf(text));
    return parsed.data;
  };
  return {
    ...jobCalls(send),
    createImage: async ({ name, arch, job }, signal) => {
      const metadata = job === undefined ? {} : { metadata: { key: JOB_TAG, value: job } };
      const call: Call = { method: 'POST', path: 'images', body: { name, arch, ...metadata }, signal };
      const isAsked = (record: ImageRecord): boolean =>
        record.name === name && !isLinked(record) && [undefined, job].includes(jobOf(record));
      return checked(await send(call, imageRecord), isAsked, call);
    },
    images: async (signal) => await send({ method: 'GET', path: 'images', signal }, imageRecords),
    image: async (id, signal) => {
      const call: Call = { method: 'GET', path: `images/${encodeURIComponent(id)}`, signal };
      return checked(await send(call, imageRecord), (record) => record.id === id, call);
    },
    linkImage: async (id, link, signal) => {
      const call: Call = { method: 'PATCH', path: `images/${encodeURIComponent(id)}`, body: { link }, signal };
      checked(await send(call, imageRecord), (record) => record.link?.path === link.path, call);
    },
    deleteImage: async (id, signal) => {
      const call: Call = { method: 'DELETE', path: `images/${encodeURIComponent(id)}`, signal };
      const { text } = await answerOf(call, options);
      if (text.trim() !== '' && jsonOf(text) === undefined) throw unlikely(call, complaintOf(text));
    },
  };
}

function jobCalls(send: Send): Pick<ImsClient, 'setStatus' | 'setResult' | 'job'> {
  const patch = (jobId: string, body: unknown, signal: AbortSignal): Call => {
    return { method: 'PATCH', path: `jobs/${encodeURIComponent(jobId)}`, body, signal };
  };
  return {
    setStatus: async (jobId, status, signal) => {
      const call = patch(jobId, { status }, signal);
      checked(await send(call, jobRecord), (record) => record.status === status, call);
    },
    setResult: async (jobId, imageId, signal) => {
      const call = patch(jobId, { resultant_image_id: imageId }, signal);
      checked(await send(call, jobRecord), (record) => record.resultant_image_id === imageId, call);
    },
    job: async (jobId, signal) =>
      await send({ method: 'GET', path: `jobs/${encodeURIComponent(jobId)}`, signal }, jobRecord),
  };
}

// A proxy that says 200 to everything is no IMS: only the record as it was asked for proves that the call was done.
function checked<T>(record: T, isDone: (record: T) => boolean, call: Call): T {
  if (isDone(record)) return record;
  throw unlikely(call, 'a record that is not as it was asked for');
}

function unlikely(call: Call, found: string): ImsProblem {
  return new ImsProblem(
    'transient',
    `IMS said yes to ${nameOf(call)}, but with an answer that is not its own: ${found}`,
  );
}
