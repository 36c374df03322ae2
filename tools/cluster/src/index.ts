// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { readsOf, writesOf, type Call } from './audit.ts';
import { takeDown } from './down.ts';
import { givenGround, whyNoGround } from './given.ts';
import type { Ground } from './ground.ts';
import { visit } from './guests.ts';
import { loadImage } from './images.ts';
import { ADDRESSES, layoutOf, type Layout } from './layout.ts';
import { alone, type Release } from './lock.ts';
import type { Part } from './parts.ts';
import { pidOf, stopDaemon } from './processes.ts';
import { refusal, thisHost } from './refusal.ts';
import { bringUp, startPart } from './up.ts';
import { createOwnVolume } from './volumes.ts';

export type { Call } from './audit.ts';
export type { Ground } from './ground.ts';
export { loadPair, type PairImages } from './pair-images.ts';
export type { Part } from './parts.ts';
export type { VolumeRequest } from './volumes.ts';

/** A cluster for a suite. */
export interface Cluster {
  /** The file for `kubectl --kubeconfig`. */
  readonly kubeconfig: string;
  /** What jobs run on, or why they cannot run on a cluster that was given. */
  readonly ground: Ground | string;
  /** What only our own cluster can do; undefined when the tests run against somebody's. */
  readonly own: OwnCluster | undefined;
}

/** What a test can do to the cluster that `npm run cluster` brings up. */
export interface OwnCluster extends Ground {
  /** What was written to the API with tokens of a pod, as the API server has counted it. */
  readonly writesOf: (pod: { readonly namespace: string; readonly name: string }) => Promise<Call[]>;
  /** What was read from it, counted likewise: every `get`, `list` and `watch`. */
  readonly readsOf: (pod: { readonly namespace: string; readonly name: string }) => Promise<Call[]>;
  /** The process of one program of the cluster; rejects when it does not run. */
  readonly pid: (part: Part) => Promise<number>;
  /** Kills one program of the cluster, such as the API server. */
  readonly stop: (part: Part) => Promise<void>;
  /** Starts it again; the API server is waited for. */
  readonly start: (part: Part) => Promise<void>;
}

/** Why suites that need a cluster cannot run here, or undefined; `KUBECONFIG` makes them run anywhere. */
export function whyNoCluster(): string | undefined {
  return given() === undefined ? refusal(thisHost()) : undefined;
}

/**
 * The cluster that `KUBECONFIG` names, or our own, brought up when it is not. It stays up for the next suite, until the
 * last run of {@link useCluster} leaves.
 */
export async function startCluster(): Promise<Cluster> {
  const kubeconfig = given();
  if (kubeconfig !== undefined)
    return { kubeconfig, ground: whyNoGround(process.env) ?? givenGround(process.env, kubeconfig), own: undefined };
  const layout = layoutOf(process.env);
  await bringUp(layout, 'tests');
  const own = ownCluster(layout);
  return { kubeconfig: layout.kubeconfig, ground: own, own };
}

/**
 * Begins a test run whose suites may start the cluster.
 *
 * @returns ends it: what test runs have brought up is taken down by the last of them, what was up before stays up
 */
export async function useCluster(): Promise<Release> {
  const layout = layoutOf(process.env);
  const isOurs = whyNoCluster() === undefined && given() === undefined;
  return isOurs ? await visit(layout, () => takeDown(layout)) : async () => {};
}

function ownCluster(layout: Layout): OwnCluster {
  return {
    hostAddress: ADDRESSES.host,
    load: async (image) => await loadImage(layout, image),
    volume: async (request) => await createOwnVolume(layout, request),
    writesOf: async (pod) => await writesOf(layout, pod),
    readsOf: async (pod) => await readsOf(layout, pod),
    pid: async (part) => {
      const pid = await pidOf(layout, part);
      if (pid === undefined) throw new Error(`${part} does not run`);
      return pid;
    },
    stop: async (part) => await alone(layout, () => stopDaemon(layout, part, 'SIGKILL')),
    start: async (part) => await alone(layout, () => startPart(layout, part)),
  };
}

/** Somebody's cluster; ours is not somebody's, should its kubeconfig be exported. */
function given(): string | undefined {
  const kubeconfig = process.env['KUBECONFIG'];
  return kubeconfig === '' || kubeconfig === layoutOf(process.env).kubeconfig ? undefined : kubeconfig;
}
