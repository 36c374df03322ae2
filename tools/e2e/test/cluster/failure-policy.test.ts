// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';

import { startCluster, type Ground } from '@ims/cluster';
import { cleanUp, eventually } from '@ims/testing';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';

import { openNamespace, type Namespace } from './namespace.ts';
import { startPlannedJob, type PlannedJob } from './planned-job.ts';
import { loadStandIn } from './stand-in.ts';
import { describeOnCluster, leftOut, OPENING_MS } from './suite.ts';

let ground: Ground | undefined;
let why: string | undefined;
let namespace: Namespace;

afterEach(cleanUp);

async function startJob(plan: readonly string[], backoffLimit?: number): Promise<PlannedJob> {
  if (ground === undefined) throw new Error('there is no cluster yet');
  return await startPlannedJob({ ground, namespace }, plan, backoffLimit);
}

describeOnCluster('the Job of the chart', () => {
  beforeAll(async () => {
    const cluster = await startCluster();
    if (typeof cluster.ground === 'string') {
      why = leftOut(cluster.ground);
      return;
    }
    ground = cluster.ground;
    await loadStandIn(ground);
    namespace = await openNamespace(cluster, 'policy');
    await namespace.install('ims-buildenv');
  }, OPENING_MS);

  beforeEach((context) => {
    context.skip(why !== undefined, why);
  });

  afterAll(async () => {
    if (why === undefined) await namespace[Symbol.asyncDispose]();
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
