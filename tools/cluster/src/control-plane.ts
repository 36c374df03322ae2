// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { auditArguments } from './audit.ts';
import { kubeconfigPath } from './kubeconfig.ts';
import { ADDRESSES, type Layout } from './layout.ts';

/** The programs that make up a control plane, in the order in which they start. */
export const CONTROL_PLANE = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler'] as const;

/** One of the programs of the control plane. */
export type ControlPlanePart = (typeof CONTROL_PLANE)[number];

const ETCD = 'http://127.0.0.1:2379';

/** The arguments of each program of the control plane. */
export function controlPlaneArguments(layout: Layout): Readonly<Record<ControlPlanePart, readonly string[]>> {
  return {
    etcd: etcdArguments(layout),
    'kube-apiserver': [...apiServerArguments(layout.secrets), ...auditArguments(layout)],
    'kube-controller-manager': [
      `--kubeconfig=${kubeconfigPath(layout, 'controller-manager')}`,
      '--use-service-account-credentials=true',
      // A claim that comes after its volume would otherwise wait up to 15 s to be bound to it.
      '--pvclaimbinder-sync-period=1s',
      `--root-ca-file=${layout.secrets}/ca.crt`,
      `--service-account-private-key-file=${layout.secrets}/service-accounts.key`,
      '--leader-elect=false',
      '--secure-port=0',
    ],
    'kube-scheduler': [
      `--kubeconfig=${kubeconfigPath(layout, 'scheduler')}`,
      // Now and then it overlooks that a claim is bound, and would look at the pod again after five minutes (Kubernetes
      // issue 87145); so it does within half a one.
      '--pod-max-in-unschedulable-pods-duration=1s',
      '--leader-elect=false',
      '--secure-port=0',
    ],
  };
}

function etcdArguments(layout: Layout): string[] {
  return [
    `--data-dir=${layout.etcd}`,
    `--listen-client-urls=${ETCD}`,
    `--advertise-client-urls=${ETCD}`,
    '--listen-peer-urls=http://127.0.0.1:2380',
    // Its data is thrown away with the cluster; waiting for the disk would be the largest part of every write.
    '--unsafe-no-fsync',
  ];
}

function apiServerArguments(secrets: string): string[] {
  return [
    `--etcd-servers=${ETCD}`,
    '--bind-address=0.0.0.0',
    '--secure-port=443',
    `--advertise-address=${ADDRESSES.node}`,
    `--service-cluster-ip-range=${ADDRESSES.services}`,
    `--tls-cert-file=${secrets}/apiserver.crt`,
    `--tls-private-key-file=${secrets}/apiserver.key`,
    `--client-ca-file=${secrets}/ca.crt`,
    `--token-auth-file=${secrets}/tokens.csv`,
    '--authorization-mode=Node,RBAC',
    // As every installer sets it: a node may ask for tokens of the pods that it runs, and of no others.
    '--enable-admission-plugins=NodeRestriction',
    '--service-account-issuer=https://kubernetes.default.svc.cluster.local',
    `--service-account-signing-key-file=${secrets}/service-accounts.key`,
    `--service-account-key-file=${secrets}/service-accounts.pub`,
    `--kubelet-client-certificate=${secrets}/apiserver-to-kubelet.crt`,
    `--kubelet-client-key=${secrets}/apiserver-to-kubelet.key`,
    `--kubelet-certificate-authority=${secrets}/ca.crt`,
    '--kubelet-preferred-address-types=InternalIP',
    '--allow-privileged=true',
  ];
}
