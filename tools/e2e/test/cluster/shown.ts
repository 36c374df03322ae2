// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { Sight } from '../publishing/sight.ts';
import type { Namespace } from './namespace.ts';
import { selectorOf } from './standing.ts';

/** All that kubectl shows of a job to somebody who may read no Secret: annotations, events and logs among it. */
export async function shownByKubectl({ kubectl }: Pick<Namespace, 'kubectl'>, name: string): Promise<Sight> {
  const pods = ['--selector', selectorOf(name)];
  const json = ['--output', 'json'];
  const looks = {
    pods: ['get', 'pods', ...pods, ...json],
    job: ['get', 'job', name, ...json],
    'config maps': ['get', 'configmaps', ...json],
    services: ['get', 'services', ...json],
    events: ['get', 'events.v1.events.k8s.io', ...json],
    logs: ['logs', '--all-containers', '--prefix', '--tail=-1', ...pods],
  };
  const shown = Object.entries(looks).map(async ([what, args]) => [what, await kubectl(args)] as const);
  return new Map(await Promise.all(shown));
}
