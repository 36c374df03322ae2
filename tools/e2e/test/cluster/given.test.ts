// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { copyFile } from 'node:fs/promises';

import { startCluster } from '@ims/cluster';
import { cleanUp, NODE, onCleanup, SOURCE_TREE, temporaryDirectory } from '@ims/testing';
import { afterEach, beforeAll, expect, it, vi } from 'vitest';

import { openNamespace } from './namespace.ts';
import { startPlannedJob } from './planned-job.ts';
import { loadStandIn } from './stand-in.ts';
import { describeOnCluster, leftOut, OPENING_MS } from './suite.ts';

describeOnCluster('a cluster that KUBECONFIG names', () => {
  let settings: Readonly<Record<string, string>> | undefined;

  beforeAll(async () => {
    const { kubeconfig, own } = await startCluster();
    if (own === undefined) return;
    const directory = await temporaryDirectory('given');
    await copyFile(kubeconfig, `${directory}/kubeconfig`);
    settings = {
      KUBECONFIG: `${directory}/kubeconfig`,
      IMS_TEST_CLUSTER_HOST: own.hostAddress,
      IMS_TEST_CLUSTER_LOAD: `${NODE} ${SOURCE_TREE}/tools/cluster/src/main.ts load`,
      IMS_TEST_CLUSTER_VOLUMES: `${directory}/volumes`,
    };
  }, OPENING_MS);

  afterEach(async () => {
    vi.unstubAllEnvs();
    await cleanUp();
  });

  it('runs jobs with images and volumes that come the way that was said', async (context) => {
    if (settings === undefined) return context.skip(leftOut('the other suites run on one'));
    for (const [variable, value] of Object.entries(settings)) vi.stubEnv(variable, value);
    const cluster = await startCluster();
    const { ground, own } = cluster;
    if (typeof ground === 'string') throw new Error(ground);
    expect(own).toBeUndefined();
    await loadStandIn(ground);
    const namespace = await openNamespace(cluster, 'given');
    onCleanup(async () => await namespace[Symbol.asyncDispose]());
    await namespace.install('ims-buildenv');
    const job = await startPlannedJob({ ground, namespace }, ['0']);
    expect(await job.ended('Complete')).toBe('CompletionsReached');
    expect(job.directory.startsWith(`${settings['IMS_TEST_CLUSTER_VOLUMES'] ?? ''}/`)).toBe(true);
    expect(await job.starts()).toBe(1);
  });

  it('says what is missing where nobody said how images get there', async (context) => {
    if (settings === undefined) return context.skip(leftOut('the other suites run on one'));
    for (const [variable, value] of Object.entries(settings)) vi.stubEnv(variable, value);
    vi.stubEnv('IMS_TEST_CLUSTER_LOAD', '');
    const { ground } = await startCluster();
    expect(ground).toContain('not IMS_TEST_CLUSTER_LOAD (the command that brings in the image archive');
    expect(ground).not.toContain('IMS_TEST_CLUSTER_HOST');
  });
});
