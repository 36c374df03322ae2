// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { existsSync, statSync } from 'node:fs';
import { readlink, rm, writeFile } from 'node:fs/promises';

import { run, succeeds } from './commands.ts';
import { ADDRESSES, LINK, type Layout } from './layout.ts';

/** The inodes of network namespaces, by which a process is told to be in one. */
type Namespaces = ReadonlySet<number>;

/** Puts a program into the network namespace; `ip netns exec` would hide the cgroup mounts from it. */
export function inside(layout: Layout, command: readonly string[]): [string, ...string[]] {
  return ['nsenter', `--net=${layout.network}`, '--', ...command];
}

/** What makes the network once there is a namespace, in order. */
export function stepsOf(layout: Layout): readonly { readonly where: 'outside' | 'inside'; readonly command: string }[] {
  const bits = String(ADDRESSES.linkBits);
  return [
    {
      where: 'outside',
      command: `ip link add ${LINK.outside} type veth peer name ${LINK.inside} netns ${layout.network}`,
    },
    { where: 'outside', command: `ip address add ${ADDRESSES.host}/${bits} dev ${LINK.outside}` },
    { where: 'outside', command: `ip link set ${LINK.outside} up` },
    { where: 'inside', command: 'ip link set lo up' },
    { where: 'inside', command: `ip address add ${ADDRESSES.service}/32 dev lo` },
    { where: 'inside', command: `ip address add ${ADDRESSES.node}/${bits} dev ${LINK.inside}` },
    { where: 'inside', command: `ip link set ${LINK.inside} up` },
    { where: 'inside', command: `ip route add default via ${ADDRESSES.host}` },
    { where: 'inside', command: 'sysctl -q -w net.ipv4.ip_forward=1' },
    // Goes away with the link; so a test reaches a pod by its address.
    { where: 'outside', command: `ip route add ${ADDRESSES.pods} via ${ADDRESSES.node} dev ${LINK.outside}` },
  ];
}

/** Makes the namespace and the link into it, unless they are there. */
export async function provideNetwork(layout: Layout): Promise<void> {
  if (await networkIsUp(layout)) return;
  await removeNetwork(layout);
  await writeFile(layout.network, '');
  // Not by `ip netns add`, which keeps a mount of its own below /run for ever.
  await run('unshare', `--net=${layout.network}`, 'true');
  for (const { where, command } of stepsOf(layout)) {
    const words = command.split(' ');
    const [program = '', ...args] = where === 'inside' ? inside(layout, words) : words;
    await run(program, ...args);
  }
}

/** Whether the last step has been done. */
export async function networkIsUp(layout: Layout): Promise<boolean> {
  const routes = await run('ip', 'route', 'show', ADDRESSES.pods).catch(() => '');
  return existsSync(layout.network) && routes.includes(LINK.outside);
}

/** Removes the link and the namespace; nothing when they are not there. */
export async function removeNetwork(layout: Layout): Promise<void> {
  // The link would go with the namespace, but only when the kernel gets round to it.
  if (await succeeds('ip', 'link', 'show', LINK.outside)) await run('ip', 'link', 'delete', LINK.outside);
  if (await succeeds('mountpoint', '--quiet', layout.network)) await run('umount', '--', layout.network);
  await rm(layout.network, { force: true });
}

/** Whether a process is in one of the namespaces. */
export async function isInNamespace(pid: number, namespaces: Namespaces): Promise<boolean> {
  const link = await readlink(`/proc/${String(pid)}/ns/net`).catch(() => '');
  return namespaces.has(Number(/\[(\d+)\]/.exec(link)?.[1]));
}

/** The namespaces that are mounted at the given files. */
export function namespacesAt(files: readonly string[]): Namespaces {
  return new Set(files.map((file) => statSync(file).ino));
}
