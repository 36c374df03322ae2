// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import * as z from 'zod';

/** The key of the tag by which a job finds its own image record again (reference §6.2). */
export const JOB_TAG = 'ims.cray.com/job-id';

// An id becomes part of object keys and paths: nothing but a UUID in lower case is taken.
const uuid = z.string().regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);

const link = z.looseObject({ path: z.string(), etag: z.string().nullish(), type: z.string() });

/** An image record; fields that we do not know are welcome. */
export const imageRecord = z.looseObject({
  id: uuid,
  name: z.string(),
  created: z.string().nullish(),
  link: link.nullish(),
  metadata: z.record(z.string(), z.unknown()).nullish(),
});

/** An image record as IMS tells it. */
export type ImageRecord = z.infer<typeof imageRecord>;

/** All image records; one that is not like the others does not hide them. */
export const imageRecords = z.array(z.unknown()).transform((rows) =>
  rows.flatMap((row) => {
    const parsed = imageRecord.safeParse(row);
    return parsed.success ? [parsed.data] : [];
  }),
);

/** A job record. */
export const jobRecord = z.looseObject({
  status: z.string().nullish(),
  resultant_image_id: z.string().nullish(),
});

/** A job record as IMS tells it. */
export type JobRecord = z.infer<typeof jobRecord>;

/** The job that a record was created for, as its tag says; servers before 3.24 file the pair under other names. */
export function jobOf({ metadata }: ImageRecord): string | undefined {
  const tag = metadata?.[JOB_TAG] ?? (metadata?.['key'] === JOB_TAG ? metadata['value'] : undefined);
  return typeof tag === 'string' ? tag : undefined;
}

/** Whether a manifest is linked to a record. */
export function isLinked({ link }: ImageRecord): boolean {
  return link !== null && link !== undefined;
}
