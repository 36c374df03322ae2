// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { mkdir, writeFile } from 'node:fs/promises';

import { ADDRESSES, CLUSTER_NAME, type Layout } from './layout.ts';

/** Where Debian's containernetworking-plugins lie. */
const CNI_PLUGINS = '/usr/lib/cni';

/** The image that holds the namespaces of each pod. */
export const PAUSE_IMAGE = 'localhost/pause:1';

/** The file that starts containerd. */
export function containerdConfigPath(layout: Layout): string {
  return `${layout.state}/containerd.toml`;
}

/** The configuration of containerd 1.6 (version 2 of its format): nothing outside the state directory. */
export function containerdConfig(layout: Layout): string {
  return `version = 2
root = "${layout.containerd}/root"
state = "${layout.containerd}/state"
disabled_plugins = [
  "io.containerd.internal.v1.opt",
  "io.containerd.snapshotter.v1.aufs",
  "io.containerd.snapshotter.v1.btrfs",
  "io.containerd.snapshotter.v1.devmapper",
  "io.containerd.snapshotter.v1.zfs",
]

[grpc]
  address = "${layout.containerdSocket}"

[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${PAUSE_IMAGE}"
  # Machines without CAP_SYS_RESOURCE, such as most containers, may not lower a score.
  restrict_oom_score_adj = true
  netns_mounts_under_state_dir = true

  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "${CNI_PLUGINS}"
    conf_dir = "${layout.cni}/conf"

  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"

    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
      BinaryName = "runc"
      Root = "${layout.containerd}/runc"
      SystemdCgroup = false
`;
}

/** How pods are connected: a link each, addresses from one list, and no masquerading, so no rules of a firewall. */
export function cniConfig(layout: Layout): string {
  const config = {
    cniVersion: '1.0.0',
    name: CLUSTER_NAME,
    plugins: [
      {
        type: 'ptp',
        ipMasq: false,
        ipam: {
          type: 'host-local',
          dataDir: `${layout.cni}/addresses`,
          ranges: [[{ subnet: ADDRESSES.pods }]],
          routes: [{ dst: '0.0.0.0/0' }],
        },
      },
    ],
  };
  return `${JSON.stringify(config, undefined, 2)}\n`;
}

/** Writes what containerd reads. */
export async function provideContainerdConfig(layout: Layout): Promise<void> {
  await mkdir(layout.containerd, { recursive: true });
  await mkdir(`${layout.cni}/conf`, { recursive: true });
  await writeFile(containerdConfigPath(layout), containerdConfig(layout));
  await writeFile(`${layout.cni}/conf/10-ptp.conflist`, cniConfig(layout));
}
