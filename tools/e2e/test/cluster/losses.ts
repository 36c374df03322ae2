// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { Bench } from './bench.ts';
import { killContainer } from './pod-processes.ts';
import type { SeenPod } from './seen.ts';

/** Who of a pod is there: its init container alone, both containers, or the agent when the shell is gone. */
export type Present = 'prepare' | 'both' | 'agent';

/** How a pod, or the life of one of its containers, is lost. */
export interface Loss {
  readonly name: string;
  /** Whose end it is; of the whole pod when left out. */
  readonly container?: 'agent' | 'sshd';
  readonly lose: (bench: Bench, pod: SeenPod, present: Present) => Promise<unknown>;
}

/** Everything that can be lost. */
export const LOSSES: readonly Loss[] = [
  {
    name: 'pod deleted',
    lose: async ({ namespace }, { metadata }) =>
      await namespace.kubectl(['delete', 'pod', metadata.name, '--wait=false']),
  },
  {
    // As `kubectl drain` does it.
    name: 'pod evicted',
    lose: async ({ namespace }, { metadata: { name } }) => {
      const eviction = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name, namespace: namespace.name } };
      const path = `/api/v1/namespaces/${namespace.name}/pods/${name}/eviction`;
      return await namespace.kubectl(['create', '--raw', path, '--filename', '-'], JSON.stringify(eviction));
    },
  },
  {
    name: 'agent kill -9',
    container: 'agent',
    lose: async (_bench, pod, present) => await killContainer(pod, present === 'prepare' ? 'prepare' : 'agent'),
  },
  { name: 'sshd kill -9', container: 'sshd', lose: async (_bench, pod) => await killContainer(pod, 'sshd') },
];
