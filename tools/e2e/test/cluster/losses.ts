// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { Bench } from './bench.ts';
import type { SeenPod } from './seen.ts';

/** Takes a pod away, or the life of one of its containers. */
export type Loss = (bench: Bench, pod: SeenPod) => Promise<unknown>;

const kill =
  (container: string): Loss =>
  async ({ namespace }, { metadata }) =>
    // All but process 1, which ends with its child. The shell dies with its container.
    await namespace
      .kubectl(['exec', metadata.name, '--container', container, '--', 'bash', '-c', 'kill -9 -1'])
      .catch(() => undefined);

/** How a pod is lost. */
export const LOSSES: Readonly<Record<string, Loss>> = {
  'is deleted': async ({ namespace }, { metadata }) => await namespace.kubectl(['delete', 'pod', metadata.name]),
  'is evicted': async ({ namespace }, { metadata: { name } }) => {
    const eviction = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name, namespace: namespace.name } };
    const path = `/api/v1/namespaces/${namespace.name}/pods/${name}/eviction`;
    return await namespace.kubectl(['create', '--raw', path, '--filename', '-'], JSON.stringify(eviction));
  },
  'loses its agent to SIGKILL': kill('agent'),
  'loses its sshd container to SIGKILL': kill('sshd'),
};
