// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { expect } from 'vitest';

import type { ImsJob } from '@ims/testing';

import type { Job } from '../support/job.ts';
import type { World } from '../support/world.ts';
import { onlyRecord } from './download.ts';

const OBJECTS = ['boot_parameters', 'initrd', 'kernel', 'manifest.json', 'rootfs'];

/** The record of a job in IMS. */
export function jobInIms({ ims }: World, { id }: Pick<Job, 'id'>): ImsJob {
  const job = ims.jobs().find((other) => other.id === id);
  if (job === undefined) throw new Error(`IMS does not know the job ${id}`);
  return job;
}

/**
 * The image is published exactly once: one linked record, one set of objects, and the job knows.
 *
 * @param besides keys of objects that are there for another reason
 */
export async function expectPublished(
  world: World,
  job: Pick<Job, 'id'>,
  besides: readonly string[] = [],
): Promise<void> {
  const { id, link } = onlyRecord(world);
  const path = `s3://${world.objects.bucket}/${id}/manifest.json`;
  expect(link).toMatchObject({ path, type: 's3' });
  expect(await world.keys()).toEqual([...OBJECTS.map((name) => `${id}/${name}`), ...besides].sort());
  expect(await world.unfinishedUploads()).toBe(0);
  expect(jobInIms(world, job)).toMatchObject({ status: 'success', resultant_image_id: id });
}

/** Nothing of the job is outside of its volume, and IMS knows that it has failed. */
export async function expectNothingOutside(world: World, job: Pick<Job, 'id'>): Promise<void> {
  expect(world.ims.images()).toEqual([]);
  expect(await world.keys()).toEqual([]);
  expect(await world.unfinishedUploads()).toBe(0);
  expect(jobInIms(world, job)).toMatchObject({ status: 'error', resultant_image_id: null });
}

/** The statuses that IMS has stored for the job, in order. */
export function statusesIn({ ims }: World): readonly string[] {
  return ims.calls.flatMap(({ body, status }) => {
    const told = status === 200 && typeof body === 'object' && body !== null && 'status' in body ? body.status : null;
    return typeof told === 'string' ? [told] : [];
  });
}
