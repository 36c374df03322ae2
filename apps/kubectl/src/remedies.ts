// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { word } from './rights.ts';

/** What has to be done about it, by what Kubernetes says; the first that fits. */
interface Remedy {
  readonly says: RegExp;
  /** @param kubectl kubectl in the namespace of the job, as it is typed */
  readonly fix: (found: Readonly<Record<string, string>>, kubectl: string, namespace: string) => string;
}

const MAKE_IT = 'make it in the namespace of the job, and the pod goes on by itself';

/** The words are those of Kubernetes 1.34: of admission, of the scheduler and of the kubelet. */
const REMEDIES: readonly Remedy[] = [
  {
    says: /ErrImageNeverPull/,
    fix: () => 'load the image on the node, or change images.*.pullPolicy of the chart',
  },
  {
    says: /^image \S+ cannot be pulled|InvalidImageName/,
    fix: () => 'push the image there, or change images.* of the chart; images.pullSecrets log in to a registry',
  },
  {
    says: /exceeded quota: (?<name>[^\s,]+)/,
    fix: ({ name = '' }, kubectl) =>
      `lower resources.* of the chart, free some of it or ask for more: ${kubectl} describe quota ${word(name)}`,
  },
  {
    says: /(?:maximum|minimum) \S+ usage per (?:Container|Pod)|limit to request ratio/,
    fix: (_, kubectl) => `change resources.* of the chart: ${kubectl} describe limitrange`,
  },
  {
    says: /violates PodSecurity .*\b(?:privileged|hostPath)\b/,
    fix: (_, _kubectl, namespace) => `the administrator allows it by: ${levelled(namespace, 'privileged')}`,
  },
  {
    says: /violates PodSecurity/,
    fix: (_, _kubectl, namespace) => `the administrator allows it by: ${levelled(namespace, 'baseline')}`,
  },
  {
    says: /serviceaccount "[^"]+" not found/,
    fix: (_, _kubectl, namespace) =>
      `install the chart that makes it, or name another by serviceAccount: helm install --namespace ${word(namespace)} ims-buildenv helm/ims-buildenv`,
  },
  {
    says: /RuntimeClass "[^"]+" not found/,
    fix: () => 'name one that is there by runtimeClass.* of the chart: kubectl get runtimeclass',
  },
  {
    says: /admission webhook|ValidatingAdmissionPolicy/,
    fix: () => 'ask whoever keeps that policy of the cluster',
  },
  {
    says: /persistentvolumeclaim "[^"]+" not found/,
    fix: () => `${MAKE_IT}, or install the job with another by claim.existing`,
  },
  {
    says: /^claim (?<name>\S+) is not bound/,
    fix: ({ name = '' }, kubectl) =>
      `name a storage class by claim.storageClass, or make a volume that fits: ${kubectl} describe pvc ${word(name)}`,
  },
  {
    says: /Insufficient|Too many pods/,
    fix: () => 'wait until another pod has ended, or lower resources.* of the chart: kubectl describe nodes',
  },
  {
    says: /node affinity|node selector|node\(s\) didn't match/,
    fix: () => 'change nodeSelector of the chart, or label a node: kubectl get nodes --show-labels',
  },
  {
    says: /^node \S+ is not ready/,
    fix: () => 'it goes on when the node is back; a pod that is lost is replaced after some minutes: kubectl get nodes',
  },
  { says: /taint/, fix: () => 'give the chart tolerations, or free a node: kubectl describe nodes' },
  {
    says: /couldn't find key|non-existent (?:secret|config) key/,
    fix: () => `add the key to it, and the pod goes on by itself`,
  },
  { says: /(?:secret|configmap) "[^"]+" not found/i, fix: () => MAKE_IT },
];

/** What to do about what Kubernetes says; where we know nothing better, who shows more. */
export function remedyFor(says: string, object: string, namespace: string): string {
  const kubectl = `kubectl --namespace ${word(namespace)}`;
  for (const remedy of REMEDIES) {
    const found = remedy.says.exec(says);
    if (found !== null) return remedy.fix(found.groups ?? {}, kubectl, namespace);
  }
  return `${kubectl} describe ${object}`;
}

function levelled(namespace: string, level: string): string {
  return `kubectl label --overwrite namespace ${word(namespace)} pod-security.kubernetes.io/enforce=${level}`;
}
