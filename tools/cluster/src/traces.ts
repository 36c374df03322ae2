// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { readdir, readFile, readlink, rm, rmdir } from 'node:fs/promises';
import { connect } from 'node:net';

import type { Layout } from './layout.ts';

/** One file in a place that programs share. */
interface Entry {
  readonly name: string;
  readonly path: string;
  readonly layout: Layout;
}

/** Where kubelet and CNI write whatever they are told, and how what is ours there is known. */
const FIXED_PLACES: readonly { readonly directory: string; readonly isOurs: (entry: Entry) => Promise<boolean> }[] = [
  // CNI's cache of results: each names the file of the network namespace that it is about.
  {
    directory: '/var/lib/cni/results',
    isOurs: async ({ path, layout }) => (await readFile(path, 'utf8').catch(() => '')).includes(`"${layout.state}/`),
  },
  // The kubelet's links to the logs of containers.
  {
    directory: '/var/log/containers',
    isOurs: async ({ path, layout }) => (await readlink(path).catch(() => '')).startsWith(`${layout.podLogs}/`),
  },
  // The kubelet's socket for drivers of devices; another kubelet would answer.
  {
    directory: '/var/lib/kubelet/device-plugins',
    isOurs: async ({ name, path }) => name === 'kubelet.sock' && !(await answers(path)),
  },
  // The sockets of shims that were killed.
  { directory: '/run/containerd/s', isOurs: async ({ path }) => !(await answers(path)) },
];

/** Directories that are made by the way: they go when they are empty, the inner ones first. */
const EMPTY_PLACES = [
  '/var/lib/cni/results',
  '/var/lib/cni',
  '/var/log/containers',
  '/var/lib/kubelet/device-plugins',
  '/var/lib/kubelet',
  '/run/containerd/s',
  '/run/containerd',
];

/** Removes what the programs of the cluster have left outside its directory. */
export async function removeTracesElsewhere(layout: Layout): Promise<void> {
  for (const { directory, isOurs } of FIXED_PLACES) {
    for (const name of await readdir(directory).catch(() => [])) {
      const path = `${directory}/${name}`;
      if (await isOurs({ name, path, layout })) await rm(path, { force: true });
    }
  }
  await removeControlGroups();
  for (const directory of EMPTY_PLACES) await rmdir(directory).catch(() => undefined);
}

async function answers(socket: string): Promise<boolean> {
  return await new Promise((resolve) => {
    const connection = connect(socket, () => {
      connection.destroy();
      resolve(true);
    });
    connection.once('error', () => resolve(false));
  });
}

const CONTROL_GROUPS = '/sys/fs/cgroup';

/** The groups of pods, in every hierarchy; one that still holds a process refuses to go, and is somebody else's. */
async function removeControlGroups(): Promise<void> {
  const hierarchies = await readdir(CONTROL_GROUPS);
  for (const path of ['', ...hierarchies.map((name) => `/${name}`)])
    await removeGroup(`${CONTROL_GROUPS}${path}/kubepods`);
}

async function removeGroup(path: string): Promise<void> {
  const entries = await readdir(path, { withFileTypes: true }).catch(() => []);
  for (const entry of entries.filter((one) => one.isDirectory())) await removeGroup(`${path}/${entry.name}`);
  await rmdir(path).catch(() => undefined);
}
