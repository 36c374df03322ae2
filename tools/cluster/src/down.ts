// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { readdir } from 'node:fs/promises';

import { readMountsBelow } from '@ims/mounts';

import { run } from './commands.ts';
import { ctr } from './images.ts';
import { restoreTunables } from './kernel.ts';
import type { Layout } from './layout.ts';
import { unmountBelow } from './mounts.ts';
import { isInNamespace, namespacesAt, removeNetwork } from './network.ts';
import { PARTS } from './parts.ts';
import { endProcess, pidOf, stopDaemon } from './processes.ts';
import { removeTracesElsewhere } from './traces.ts';

/** Ends everything of the cluster and leaves nothing but the cache. The caller holds the lock. */
export async function takeDown(layout: Layout): Promise<void> {
  // First who would start containers anew, then the containers, then who could have told how they end.
  await stopDaemon(layout, 'kubelet', 'SIGKILL');
  if ((await pidOf(layout, 'containerd')) !== undefined) await endContainers(layout);
  for (const part of [...PARTS].reverse()) await stopDaemon(layout, part, 'SIGKILL');
  await endStragglers(layout);
  await removeNetwork(layout);
  await unmountBelow(layout.state);
  await restoreTunables(layout);
  await removeTracesElsewhere(layout);
  // Should a mount be left after all, what it shows is not ours to delete.
  await run('rm', '--recursive', '--force', '--one-file-system', '--', layout.state);
}

/** Kills every container; its shim ends with the last of a pod. What cannot be ended so, the sweep ends. */
async function endContainers(layout: Layout): Promise<void> {
  const list = await ctr(layout, 'tasks', 'list', '--quiet').catch(() => '');
  const containers = list.split('\n').filter((id) => id !== '');
  await Promise.all(containers.map((id) => ctr(layout, 'tasks', 'delete', '--force', id).catch(() => undefined)));
}

/** Ends what is still in a network namespace of the cluster: no process of others can be there by accident. */
async function endStragglers(layout: Layout): Promise<void> {
  const mounts = await readMountsBelow(layout.state);
  const namespaces = namespacesAt(mounts.filter(({ type }) => type === 'nsfs').map(({ mountPoint }) => mountPoint));
  for (const pid of await numberedProcesses()) {
    if (await isInNamespace(pid, namespaces)) await endProcess(pid, 'SIGKILL');
  }
}

async function numberedProcesses(): Promise<number[]> {
  return (await readdir('/proc')).map(Number).filter((pid) => Number.isInteger(pid) && pid !== process.pid);
}
