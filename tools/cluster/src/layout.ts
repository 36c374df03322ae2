// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { homedir } from 'node:os';
import { dirname } from 'node:path';

/** What the cluster calls itself wherever it needs a name. */
export const CLUSTER_NAME = 'ims-test-cluster';

/** The two ends of the only link into the network namespace that the whole cluster runs in. Interface names have at most 15 characters. */
export const LINK = { outside: 'ims-cluster0', inside: 'ims-cluster1' } as const;

/** The addresses of the cluster, all of them private (RFC 1918). */
export const ADDRESSES = {
  /** This machine as pods see it: what tests serve to pods listens here. */
  host: '10.88.76.1',
  /** The node and the API server as this machine and the pods see them. */
  node: '10.88.76.2',
  linkBits: 30,
  /** The `kubernetes` service; it lies on the node's loopback, so no kube-proxy is needed for it. */
  service: '10.96.0.1',
  services: '10.96.0.0/24',
  pods: '10.88.77.0/24',
} as const;

/** The name of the one node. */
export const NODE_NAME = 'ims-test';

/** Where everything of one cluster lies. All of it goes away with the cluster, apart from the cache. */
export interface Layout {
  readonly state: string;
  /** Certificates, keys and tokens; readable by root alone. */
  readonly secrets: string;
  readonly logs: string;
  /** The file that stands for the network namespace. */
  readonly network: string;
  readonly pids: string;
  readonly kubeconfig: string;
  readonly etcd: string;
  readonly containerd: string;
  readonly containerdSocket: string;
  readonly cni: string;
  readonly kubelet: string;
  readonly podLogs: string;
  readonly volumes: string;
  /** A directory that is there before the cluster and after it, to be locked by who changes the cluster. */
  readonly lock: string;
  /** The same for test runs: each holds it with the others for as long as it may use the cluster. */
  readonly guests: string;
  /** Is there when tests have brought the cluster up, and nobody else. */
  readonly ofTests: string;
  /** Outlives the cluster: programs and the pause image, for every clone of this user. */
  readonly cache: string;
}

/** Not /tmp: kubelet and containerd mount below it, and whatever tidies /tmp would walk into running containers. */
const STATE = '/var/lib/ims-test/cluster';

/**
 * Lays out the paths.
 *
 * @param env `XDG_CACHE_HOME` moves the cache, `IMS_TEST_CLUSTER_STATE` everything else
 */
export function layoutOf(env: Readonly<Record<string, string | undefined>>): Layout {
  const state = env['IMS_TEST_CLUSTER_STATE'] ?? STATE;
  return {
    state,
    secrets: `${state}/secrets`,
    logs: `${state}/logs`,
    network: `${state}/network`,
    pids: `${state}/pids`,
    kubeconfig: `${state}/kubeconfig`,
    etcd: `${state}/etcd`,
    containerd: `${state}/containerd`,
    containerdSocket: `${state}/containerd/containerd.sock`,
    cni: `${state}/cni`,
    kubelet: `${state}/kubelet`,
    podLogs: `${state}/pod-logs`,
    volumes: `${state}/volumes`,
    lock: dirname(state),
    guests: `${dirname(state)}/guests`,
    ofTests: `${state}/of-tests`,
    cache: `${env['XDG_CACHE_HOME'] ?? `${homedir()}/.cache`}/ims-job-pair/cluster`,
  };
}
