// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { existsSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';

import { startCluster, type Cluster, type OwnCluster } from '@ims/cluster';
import { cleanUp, eventually, onCleanup } from '@ims/testing';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';

import { customize } from '../charts/job-object.ts';
import { openNamespace, type Namespace } from './namespace.ts';
import { loadStandIn, STAND_IN } from './stand-in.ts';
import { describeOnCluster, OPENING_MS } from './suite.ts';

let own: OwnCluster;
let cluster: Cluster;
let namespace: Namespace;

afterEach(cleanUp);

/** A job on a volume of its own, whose agent does what the plan says, a line for each start. */
interface PlannedJob {
  readonly name: string;
  /** Of the volume, on this machine. */
  readonly directory: string;
  /** How many pods have started an agent. */
  readonly starts: () => Promise<number>;
  /** Waits for such an end, and gives the reason that the Job has for it. */
  readonly ended: (how: 'Complete' | 'Failed') => Promise<string | undefined>;
}

async function startJob(plan: readonly string[], backoffLimit = 6): Promise<PlannedJob> {
  const name = `plan-${String(Date.now())}`;
  const directory = await own.volume({ name: `${namespace.name}-${name}`, size: '1Gi', backing: 'directory' });
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
    ended: async (how) => await endOf(name, how),
  };
}

interface Conditions {
  readonly status: { readonly conditions?: readonly { type: string; status: string; reason?: string }[] };
}

async function endOf(name: string, how: string): Promise<string | undefined> {
  await namespace.kubectl(['wait', `job/${name}`, `--for=condition=${how}`, '--timeout=110s']);
  const { status } = JSON.parse(await namespace.kubectl(['get', 'job', name, '--output', 'json'])) as Conditions;
  return status.conditions?.find((condition) => condition.type === how)?.reason;
}

describeOnCluster('the Job of the chart', () => {
  beforeAll(async () => {
    cluster = await startCluster();
    if (cluster.own === undefined) return;
    own = cluster.own;
    await loadStandIn(own);
    namespace = await openNamespace(cluster, 'policy');
    await namespace.install('ims-buildenv');
  }, OPENING_MS);

  beforeEach((context) => {
    context.skip(cluster.own === undefined, 'it brings images and volumes, which a cluster of somebody does not take');
  });

  afterAll(async () => {
    if (cluster.own !== undefined) await namespace[Symbol.asyncDispose]();
  }, 120_000);

  it('completes when both containers have ended well', async () => {
    const job = await startJob(['0']);
    expect(await job.ended('Complete')).toBe('CompletionsReached');
    expect(await readFile(`${job.directory}/calls`, 'utf8')).toBe(
      'prepare /mnt/image s3://boot-images/5f0c7b0e/rootfs\nrun /mnt/image\n',
    );
  });

  it('is over at once when the user has marked it as failed', async () => {
    const job = await startJob(['10', '0']);
    expect(await job.ended('Failed')).toBe('PodFailurePolicy');
    expect(await job.starts()).toBe(1);
  });

  it('goes on in another pod on the same claim after a passing failure', async () => {
    const job = await startJob(['40', '0']);
    expect(await job.ended('Complete')).toBe('CompletionsReached');
    expect(await job.starts()).toBe(2);
  });

  it('H6 goes on in another pod after an eviction, even when no failure is allowed', async () => {
    const job = await startJob(['wait', '0'], 0);
    await eventually(() => existsSync(`${job.directory}/waits`));
    await evictPod(job.name);
    expect(await job.ended('Complete')).toBe('CompletionsReached');
    expect(await job.starts()).toBe(2);
  });
});

/** As `kubectl drain` does it. */
async function evictPod(job: string): Promise<void> {
  const pods = ['get', 'pods', '--selector', `batch.kubernetes.io/job-name=${job}`, '--output'];
  const name = await namespace.kubectl([...pods, 'jsonpath={.items[*].metadata.name}']);
  const eviction = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name, namespace: namespace.name } };
  const path = `/api/v1/namespaces/${namespace.name}/pods/${name}/eviction`;
  await namespace.kubectl(['create', '--raw', path, '--filename', '-'], JSON.stringify(eviction));
}
