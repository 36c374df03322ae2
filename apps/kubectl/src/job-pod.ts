// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { KUBERNETES_PREFIX } from '@ims/contract';

import { fieldOf, listOf, textOf, textsOf } from './fields.ts';
import { agentExitIn, toldIn, type Told } from './last-words.ts';
import { podStartIn, type PodStart } from './pod-start.ts';

/** A pod of an IMS job, as kubectl gives it; every text is safe to be shown. */
export interface JobPod {
  /** The name of the Kubernetes Job; the pod's own where there is none. */
  readonly job: string;
  /** The id of the IMS job, where a label says it. */
  readonly jobId: string | undefined;
  readonly pod: string;
  readonly namespace: string;
  /** RFC 3339. */
  readonly created: string;
  /** Kubernetes' own: `Pending`, `Running`, `Succeeded`, `Failed`. */
  readonly podPhase: string;
  /** It was deleted, and ends. */
  readonly isTerminating: boolean;
  readonly podIp: string | undefined;
  readonly hostIp: string | undefined;
  readonly node: string | undefined;
  readonly labels: Readonly<Record<string, string>>;
  /** Port of the shell in the pod. */
  readonly sshPort: number;
  readonly told: Told;
  readonly start: PodStart;
  /** What its agent has exited with, once it has. */
  readonly agentExit: number | undefined;
}

const SSH_PORT = 22;

/** Reads a pod; nothing when it is not of an IMS job. */
export function jobPodOf(value: unknown): JobPod | undefined {
  const pod = textOf(value, 'metadata', 'name');
  const labels = textsOf(value, 'metadata', 'labels');
  const told = toldIn(value);
  if (pod === undefined || !isOfJob(labels, told)) return undefined;
  return {
    job: labels['batch.kubernetes.io/job-name'] ?? labels['job-name'] ?? pod,
    jobId: labels[`${KUBERNETES_PREFIX}job-id`],
    pod,
    namespace: textOf(value, 'metadata', 'namespace') ?? '',
    created: textOf(value, 'metadata', 'creationTimestamp') ?? '',
    podPhase: textOf(value, 'status', 'phase') ?? 'Unknown',
    isTerminating: textOf(value, 'metadata', 'deletionTimestamp') !== undefined,
    podIp: textOf(value, 'status', 'podIP'),
    hostIp: textOf(value, 'status', 'hostIP'),
    node: textOf(value, 'spec', 'nodeName'),
    labels,
    sshPort: sshPortIn(value),
    told,
    start: podStartIn(value),
    agentExit: agentExitIn(value),
  };
}

/** The pods of IMS jobs in a list, the newest last. */
export function jobPodsIn(list: unknown): JobPod[] {
  return listOf(list, 'items')
    .flatMap((item) => jobPodOf(item) ?? [])
    .sort((one, other) => one.created.localeCompare(other.created));
}

function isOfJob(labels: JobPod['labels'], told: Told): boolean {
  return `${KUBERNETES_PREFIX}job-id` in labels || told.phase !== undefined;
}

function sshPortIn(value: unknown): number {
  const ports = listOf(value, 'spec', 'containers').flatMap((container) => listOf(container, 'ports'));
  const named = ports.find((port) => fieldOf(port, 'name') === 'ssh');
  const port = fieldOf(named, 'containerPort');
  return typeof port === 'number' ? port : SSH_PORT;
}
