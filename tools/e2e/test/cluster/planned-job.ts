// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { readFile, writeFile } from 'node:fs/promises';

import { onCleanup } from '@ims/testing';

import { customize } from '../charts/job-object.ts';
import type { Bench } from './bench.ts';
import type { Namespace } from './namespace.ts';
import { makeVolume } from './pod-job.ts';
import type { SeenJob } from './seen.ts';
import { STAND_IN } from './stand-in.ts';

/** A job on a volume of its own, whose agent does what the plan says, a line for each start. */
export interface PlannedJob {
  readonly name: string;
  /** Of the volume, on this machine. */
  readonly directory: string;
  /** How many pods have started an agent. */
  readonly starts: () => Promise<number>;
  /** Waits for such an end, and gives the reason that the Job has for it. */
  readonly ended: (how: 'Complete' | 'Failed') => Promise<string | undefined>;
}

/** Where planned jobs run; the image of the stand-in has to be loaded. */
export type PlannedPlace = Pick<Bench, 'ground' | 'namespace'>;

/** Starts such a job; it goes with the test. */
export async function startPlannedJob(
  place: PlannedPlace,
  plan: readonly string[],
  backoffLimit = 6,
): Promise<PlannedJob> {
  const { namespace } = place;
  const name = `plan-${String(Date.now())}`;
  const directory = await makeVolume(place, name);
  await writeFile(`${directory}/plan`, `${plan.join('\n')}\n`);
  const resources = { requests: { cpu: '10m', memory: '16Mi' }, limits: { memory: '256Mi' } };
  await namespace.install('ims-job', {
    name,
    values: customize({
      job: { backoffLimit },
      claim: { volume: `${namespace.name}-${name}`, storageClass: '-', size: '1Gi' },
      images: { agent: STAND_IN, sshd: STAND_IN },
      ims: { enabled: false },
      resources: { prepare: resources, agent: resources, sshd: resources },
      store: { bucket: '' },
    }),
  });
  onCleanup(async () => await namespace.uninstall(name));
  return {
    name,
    directory,
    starts: async () => (await readFile(`${directory}/starts`, 'utf8').catch(() => '')).split('\n').length - 1,
    ended: async (how) => await endOf(namespace, name, how),
  };
}

async function endOf(namespace: Namespace, name: string, how: string): Promise<string | undefined> {
  await namespace.kubectl(['wait', `job/${name}`, `--for=condition=${how}`, '--timeout=110s']);
  const { status } = JSON.parse(await namespace.kubectl(['get', 'job', name, '--output', 'json'])) as SeenJob;
  return status.conditions?.find((condition) => condition.type === how)?.reason;
}
