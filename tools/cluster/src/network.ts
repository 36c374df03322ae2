// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { readlink } from 'node:fs/promises';
import { existsSync, statSync } from 'node:fs';

import { run, succeeds } from './commands.ts';
import { ADDRESSES, LINK, NAMESPACE } from './layout.ts';

/** The file that stands for the network namespace. */
const NAMESPACE_FILE = `/run/netns/${NAMESPACE}`;

/** Puts a program into the network namespace; `ip netns exec` would hide the cgroup mounts from it. */
export const INSIDE: readonly [string, ...string[]] = ['nsenter', `--net=${NAMESPACE_FILE}`, '--'];

/** What makes the network, in order; `inside` runs in the namespace. */
export const STEPS: readonly { readonly where: 'outside' | 'inside'; readonly command: string }[] = [
  { where: 'outside', command: `ip netns add ${NAMESPACE}` },
  { where: 'outside', command: `ip link add ${LINK.outside} type veth peer name ${LINK.inside} netns ${NAMESPACE}` },
  { where: 'outside', command: `ip address add ${ADDRESSES.host}/${String(ADDRESSES.linkBits)} dev ${LINK.outside}` },
  { where: 'outside', command: `ip link set ${LINK.outside} up` },
  { where: 'inside', command: 'ip link set lo up' },
  { where: 'inside', command: `ip address add ${ADDRESSES.service}/32 dev lo` },
  { where: 'inside', command: `ip address add ${ADDRESSES.node}/${String(ADDRESSES.linkBits)} dev ${LINK.inside}` },
  { where: 'inside', command: `ip link set ${LINK.inside} up` },
  { where: 'inside', command: `ip route add default via ${ADDRESSES.host}` },
  { where: 'inside', command: 'sysctl -q -w net.ipv4.ip_forward=1' },
  // Goes away with the link; so a test reaches a pod by its address.
  { where: 'outside', command: `ip route add ${ADDRESSES.pods} via ${ADDRESSES.node} dev ${LINK.outside}` },
];

/** Makes the namespace and the link into it, unless they are there. */
export async function provideNetwork(): Promise<void> {
  if (await networkIsUp()) return;
  await removeNetwork();
  for (const { where, command } of STEPS) {
    const [program = '', ...args] = [...(where === 'inside' ? INSIDE : []), ...command.split(' ')];
    await run(program, ...args);
  }
}

/** Whether the last step has been done. */
export async function networkIsUp(): Promise<boolean> {
  const routes = await run('ip', 'route', 'show', ADDRESSES.pods).catch(() => '');
  return existsSync(NAMESPACE_FILE) && routes.includes(LINK.outside);
}

/** Removes the namespace and the link; nothing when they are not there. */
export async function removeNetwork(): Promise<void> {
  // The link would go with the namespace, but only when the kernel gets round to it.
  if (await succeeds('ip', 'link', 'show', LINK.outside)) await run('ip', 'link', 'delete', LINK.outside);
  if (existsSync(NAMESPACE_FILE)) await run('ip', 'netns', 'delete', NAMESPACE);
}

/** Whether a process is in one of the network namespaces that are mounted at these files. */
export async function isInNamespace(pid: number, inodes: ReadonlySet<number>): Promise<boolean> {
  const link = await readlink(`/proc/${String(pid)}/ns/net`).catch(() => '');
  return inodes.has(Number(/\[(\d+)\]/.exec(link)?.[1]));
}

/** The inodes of the cluster's own namespace and of those mounted at the given files. */
export function namespaceInodes(files: readonly string[]): Set<number> {
  return new Set([NAMESPACE_FILE, ...files].filter((file) => existsSync(file)).map((file) => statSync(file).ino));
}
