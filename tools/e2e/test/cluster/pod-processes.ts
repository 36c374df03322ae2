// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { readdir, readFile } from 'node:fs/promises';

import { eventually, signalTo } from '@ims/testing';

import type { SeenPod } from './seen.ts';

/** A process of a pod, by its number on this machine: the node of our own cluster is this machine. */
export interface PodProcess {
  readonly pid: number;
  /** As the kernel has it, in at most 15 characters. */
  readonly name: string;
}

/** Waits for a process with such a name in a pod. */
export async function processNamed(pod: SeenPod, name: string): Promise<PodProcess> {
  return await eventually(async () => (await processesOf(pod.metadata.uid)).find((process) => process.name === name));
}

/** The processes whose control group has this in its name: the uid of a pod, or the id of a container. */
async function processesOf(group: string): Promise<readonly PodProcess[]> {
  const pids = (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry));
  const seen = await Promise.all(
    pids.map(async (pid) => {
      const groups = await readFile(`/proc/${pid}/cgroup`, 'utf8').catch(() => '');
      if (!groups.includes(group)) return [];
      const name = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '');
      return name === '' ? [] : [{ pid: Number(pid), name: name.trim() }];
    }),
  );
  return seen.flat();
}

/** The id of a container; undefined until the kubelet has told of it, some time after it has started it. */
export function containerId({ status }: SeenPod, container: string): string | undefined {
  const { containerStatuses = [], initContainerStatuses = [] } = status;
  const found = [...containerStatuses, ...initContainerStatuses].find(({ name }) => name === container);
  return found?.containerID?.split('//')[1];
}

/** The processes of one container of a pod. */
export async function processesIn(pod: SeenPod, container: string): Promise<readonly PodProcess[]> {
  const id = containerId(pod, container);
  if (id === undefined) throw new Error(`${pod.metadata.name} has no container ${container} that has been started`);
  return await processesOf(id);
}

/** Ends every process of a container at once, as a kernel without memory would. */
export async function killContainer(pod: SeenPod, container: string): Promise<void> {
  const processes = await processesIn(pod, container);
  if (processes.length === 0) throw new Error(`nothing runs in ${container} of ${pod.metadata.name}`);
  for (const { pid } of processes) signalTo(pid, 'SIGKILL');
}

/** Whether a signal waits for a process to be let go. */
export async function isPending(pid: number, signal: number): Promise<boolean> {
  const status = await readFile(`/proc/${String(pid)}/status`, 'utf8').catch(() => '');
  const masks = [...status.matchAll(/^S(?:hd|ig)Pnd:\s+([0-9a-f]+)$/gm)].map(([, mask = '']) => BigInt(`0x${mask}`));
  return masks.some((mask) => (mask & (1n << BigInt(signal - 1))) !== 0n);
}
