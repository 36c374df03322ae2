// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { loadPair, startCluster, type OwnCluster, type PairImages } from '@ims/cluster';
import { cleanUp } from '@ims/testing';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';

import { startWorld, type World } from '../support/world.ts';
import { openNamespace, type Namespace } from './namespace.ts';
import { describeOnCluster, OPENING_MS } from './suite.ts';

/** Where jobs of the real pair run: a cluster with the images, and a namespace with the accounts of the site. */
export interface Bench {
  readonly own: OwnCluster;
  readonly namespace: Namespace;
  readonly images: PairImages;
  /** What the programs talk to, where pods reach it; it ends with the test. */
  readonly startWorld: () => Promise<World>;
}

/** A suite of jobs of the real pair, built from this source and installed by the charts. */
export function describeJobs(title: string, purpose: string, body: (bench: () => Bench) => void): void {
  describeOnCluster(title, () => {
    let bench: Bench | undefined;

    beforeAll(async () => {
      bench = await openBench(purpose);
    }, OPENING_MS);

    beforeEach((context) => {
      context.skip(bench === undefined, 'it brings images and volumes, which a cluster of somebody does not take');
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

async function openBench(purpose: string): Promise<Bench | undefined> {
  const cluster = await startCluster();
  const { own } = cluster;
  if (own === undefined) return undefined;
  const images = await loadPair(own);
  const namespace = await openNamespace(cluster, purpose);
  await namespace.install('ims-buildenv');
  return { own, namespace, images, startWorld: async () => await startWorld({ host: own.hostAddress }) };
}
