// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { mkdir, writeFile } from 'node:fs/promises';

import { kubeconfigPath } from './kubeconfig.ts';
import { ADDRESSES, NODE_NAME, type Layout } from './layout.ts';

/** The file that configures the kubelet. */
function kubeletConfigPath(layout: Layout): string {
  return `${layout.state}/kubelet.json`;
}

/** What the kubelet of a machine that is not its own must know. */
export function kubeletConfig(layout: Layout): Readonly<Record<string, unknown>> {
  const { secrets } = layout;
  return {
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    authentication: {
      anonymous: { enabled: false },
      webhook: { enabled: true },
      x509: { clientCAFile: `${secrets}/ca.crt` },
    },
    authorization: { mode: 'Webhook' },
    tlsCertFile: `${secrets}/kubelet.crt`,
    tlsPrivateKeyFile: `${secrets}/kubelet.key`,
    containerRuntimeEndpoint: `unix://${layout.containerdSocket}`,
    podLogsDir: layout.podLogs,
    volumePluginDir: `${layout.kubelet}/volume-plugins`,
    cgroupDriver: 'cgroupfs',
    failCgroupV1: false,
    failSwapOn: false,
    enforceNodeAllocatable: [],
    oomScoreAdj: 0,
    makeIPTablesUtilChains: false,
    // Nobody answers names there, and says so at once; without an address each pod would get an event about it.
    clusterDNS: [ADDRESSES.host],
    clusterDomain: 'cluster.local',
    // The machine's disk belongs to others, too: how full it is says nothing about the cluster.
    evictionHard: {
      'memory.available': '50Mi',
      'nodefs.available': '1%',
      'nodefs.inodesFree': '1%',
      'imagefs.available': '1%',
      'imagefs.inodesFree': '1%',
    },
    // Images are loaded by hand: one that is thrown away does not come back.
    imageGCHighThresholdPercent: 100,
    imageGCLowThresholdPercent: 99,
    imageMaximumGCAge: '0s',
  };
}

/** The kubelet's arguments. */
export function kubeletArguments(layout: Layout): string[] {
  return [
    `--config=${kubeletConfigPath(layout)}`,
    `--kubeconfig=${kubeconfigPath(layout, 'node')}`,
    `--root-dir=${layout.kubelet}`,
    `--node-ip=${ADDRESSES.node}`,
    `--hostname-override=${NODE_NAME}`,
  ];
}

/** Writes what the kubelet reads. */
export async function provideKubeletConfig(layout: Layout): Promise<void> {
  await mkdir(layout.kubelet, { recursive: true });
  await mkdir(layout.podLogs, { recursive: true });
  await writeFile(kubeletConfigPath(layout), `${JSON.stringify(kubeletConfig(layout), undefined, 2)}\n`);
}
