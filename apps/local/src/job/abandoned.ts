// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { readMountsBelow } from '@ims/mounts';

import { imageRootOf } from '../image/prepare.ts';
import type { LocalPorts } from '../ports.ts';
import type { Farewell } from '../text/farewell.ts';
import { jobPaths } from './home.ts';
import type { Result } from './outcome.ts';
import { readRecord, type JobRecord } from './record.ts';

/** The result of a job that is left as it is at this moment, and what is left of it. */
export async function abandoned(
  job: JobRecord | undefined,
  ports: LocalPorts,
): Promise<{ readonly result: Result; readonly farewell: Farewell }> {
  const message = 'a second signal ended ims-job at once';
  const result: Result = {
    job: job?.id ?? '',
    action: job?.action ?? '',
    outcome: 'Interrupted',
    reason: 'Interrupted',
    message,
    image: null,
    manifest: null,
    artifacts: [],
    timings: {},
  };
  const advice =
    job === undefined
      ? [`no job had begun; ${ports.home.path} may hold what was being made`]
      : await leftOf(job, ports);
  return { result, farewell: { message: job === undefined ? message : `job ${job.id}: ${message}`, advice } };
}

async function leftOf(job: JobRecord, ports: LocalPorts): Promise<string[]> {
  const paths = jobPaths(ports.home, job.id);
  // What was written down last, as the copy may be complete by now.
  const record = await readRecord(paths.record).catch(() => job);
  const imageRoot = imageRootOf(paths, record);
  const mounts = (await readMountsBelow(paths.volume).catch(() => [])).map(({ mountPoint }) => mountPoint);
  return [
    record.boot === undefined
      ? `its working copy in ${imageRoot} is incomplete and is made again when the job is resumed`
      : `its image root is left in ${imageRoot} as it was at that moment`,
    ...(mounts.length === 0 ? [] : [`still mounted: ${mounts.join(', ')}`]),
    `resume it: ${ports.self} resume ${job.id}`,
  ];
}
