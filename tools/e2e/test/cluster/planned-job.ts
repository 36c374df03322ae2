// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { readFile, rm, writeFile } from 'node:fs/promises';

import type { Ground } from '@ims/cluster';
import { onCleanup } from '@ims/testing';

import { customize } from '../charts/job-object.ts';
import type { Namespace } from './namespace.ts';
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
export interface PlannedPlace {
  readonly ground: Ground;
  readonly namespace: Namespace;
}

/** Starts such a job; it goes with the test. */
export async function startPlannedJob(
  { ground, namespace }: PlannedPlace,
  plan: readonly string[],
  backoffLimit = 6,
): Promise<PlannedJob> {
  const name = `plan-${String(Date.now())}`;
  const directory = await ground.volume({ name: `${namespace.name}-${name}`, size: '1Gi', backing: 'directory' });
  onCleanup(async () => {
    await namespace.kubectl(['delete', 'persistentvolume', `${namespace.name}-${name}`, '--wait=false']);
    await rm(directory, { recursive: true, force: true });
  });
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

interface Conditions {
  readonly status: { readonly conditions?: readonly { type: string; status: string; reason?: string }[] };
}

async function endOf(namespace: Namespace, name: string, how: string): Promise<string | undefined> {
  await namespace.kubectl(['wait', `job/${name}`, `--for=condition=${how}`, '--timeout=110s']);
  const { status } = JSON.parse(await namespace.kubectl(['get', 'job', name, '--output', 'json'])) as Conditions;
  return status.conditions?.find((condition) => condition.type === how)?.reason;
}
