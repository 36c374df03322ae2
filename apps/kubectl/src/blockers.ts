// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { JobPod } from './job-pod.ts';
import { lastOf, type KubeEvent } from './kube-event.ts';
import type { KubeJob } from './kube-job.ts';
import { remedyFor } from './remedies.ts';

/** What keeps a job from going on, and what to do about it. */
export interface Blocker {
  readonly why: string;
  readonly fix: string;
}

/** Events of a pod that has a node and no container yet. */
const NOT_STARTED = ['FailedMount', 'FailedAttachVolume', 'FailedMapVolume', 'FailedCreatePodSandBox'];
const NOT_BOUND = ['FailedBinding', 'ProvisioningFailed'];

/** What stands before the reason, with the name of a pod that never was: the reason alone stays the same. */
const REFUSAL = /^(?:\(combined from similar events\): )?(?:Error creating: )?(?:pods "[^"]+" is forbidden: )?/;

/** Why Kubernetes makes no pod for a Job; nothing when it has made one since. */
export function refusedPod(
  job: KubeJob,
  newest: JobPod | undefined,
  events: readonly KubeEvent[],
): Blocker | undefined {
  const { name, namespace } = job;
  const event = lastOf(events, { kind: 'Job', name, namespace }, ['FailedCreate']);
  if (event === undefined || (newest !== undefined && newest.created >= event.at)) return undefined;
  const said = event.message.replace(REFUSAL, '');
  return { why: `no pod can be made: ${said}`, fix: remedyFor(said, `job ${name}`, namespace) };
}

/** Why a pod does not start, or is not heard of any more. */
export function stuckPod(pod: JobPod, events: readonly KubeEvent[]): Blocker | undefined {
  if (pod.isTerminating) return undefined;
  const why = pod.podPhase === 'Pending' ? whyPending(pod, events) : whySilent(pod, events);
  return why === undefined ? undefined : { why, fix: remedyFor(why, `pod ${pod.pod}`, pod.namespace) };
}

function whyPending(pod: JobPod, events: readonly KubeEvent[]): string | undefined {
  const { unscheduled, container } = pod.start;
  if (unscheduled !== undefined)
    return unboundClaim(pod, events) ?? `no node takes the pod: ${firstReason(unscheduled)}`;
  const { pod: name, namespace } = pod;
  return container ?? lastOf(events, { kind: 'Pod', name, namespace }, NOT_STARTED)?.message;
}

function whySilent({ pod: name, namespace, node, start }: JobPod, events: readonly KubeEvent[]): string | undefined {
  const event = start.isUnready ? lastOf(events, { kind: 'Pod', name, namespace }, ['NodeNotReady']) : undefined;
  return event === undefined ? undefined : `node ${node ?? 'of the pod'} is not ready: its kubelet is not heard of`;
}

function unboundClaim({ start, namespace }: JobPod, events: readonly KubeEvent[]): string | undefined {
  const [first] = start.claims;
  if (first === undefined || start.unscheduled?.includes('unbound') !== true) return undefined;
  const told = start.claims.flatMap(
    (name) => lastOf(events, { kind: 'PersistentVolumeClaim', name, namespace }, NOT_BOUND) ?? [],
  );
  const { name, message } = told[0] ?? { name: first, message: 'no volume has been found for it' };
  return `claim ${name} is not bound: ${message}`;
}

/** The scheduler's words without the count of nodes, and without what preemption would not help. */
function firstReason(said: string): string {
  const reasons = said.replace(/^\d+\/\d+ nodes are available: /, '');
  return reasons.split(/\. (?:not found|no new claims|preemption:)/)[0]?.replace(/\.$/, '') ?? said;
}
