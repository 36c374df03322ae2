// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { loadPair, startCluster, type Cluster, type Ground, type OwnCluster, type PairImages } from '@ims/cluster';
import { cleanUp } from '@ims/testing';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';

import { startWorld, type World, type WorldOptions } from '../support/world.ts';
import { openNamespace, type Namespace } from './namespace.ts';
import { describeOnCluster, leftOut, OPENING_MS } from './suite.ts';

/** Where jobs of the real pair run: a cluster with the images, and a namespace with the accounts of the site. */
export interface Bench {
  readonly ground: Ground;
  /** Undefined on a cluster of somebody's. */
  readonly own: OwnCluster | undefined;
  readonly namespace: Namespace;
  readonly images: PairImages;
  /** What the programs talk to, where pods reach it; it ends with the test. */
  readonly startWorld: (options?: Pick<WorldOptions, 'tls'>) => Promise<World>;
}

/** A suite of jobs of the real pair, built from this source and installed by the charts. */
export function describeJobs(title: string, purpose: string, body: (bench: () => Bench) => void): void {
  describeOnCluster(title, () => {
    let bench: Bench | undefined;
    let why: string | undefined;

    beforeAll(async () => {
      const cluster = await startCluster();
      if (typeof cluster.ground === 'string') why = leftOut(cluster.ground);
      else bench = await openBench(cluster, cluster.ground, purpose);
    }, OPENING_MS);

    beforeEach((context) => {
      context.skip(why !== undefined, why);
    });

    afterEach(cleanUp, 120_000);

    afterAll(async () => {
      await bench?.namespace[Symbol.asyncDispose]();
    }, 120_000);

    body(() => {
      if (bench === undefined) throw new Error('there is no cluster yet');
      return bench;
    });
  });
}

/** A suite of such jobs that kills processes of the node or programs of the cluster, which only our own one suffers. */
export function describeJobsOnOwn(title: string, purpose: string, body: (bench: () => OwnBench) => void): void {
  describeJobs(title, purpose, (bench) => {
    beforeEach((context) => {
      if (bench().own === undefined)
        context.skip(leftOut("it kills what runs on the node, which somebody's cluster is spared"));
    });

    body(() => {
      const { own, ...rest } = bench();
      if (own === undefined) throw new Error('the cluster is not our own');
      return { ...rest, own };
    });
  });
}

/** The same on our own cluster. */
export type OwnBench = Bench & { readonly own: OwnCluster };

async function openBench(cluster: Cluster, ground: Ground, purpose: string): Promise<Bench> {
  const images = await loadPair(ground);
  const namespace = await openNamespace(cluster, purpose);
  await namespace.install('ims-buildenv');
  const startWorldHere: Bench['startWorld'] = async (options) =>
    await startWorld({ ...options, host: ground.hostAddress });
  return { ground, own: cluster.own, namespace, images, startWorld: startWorldHere };
}
