// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { refusedPod, stuckPod, type Blocker } from './blockers.ts';
import { jsonOf } from './fields.ts';
import type { JobPod } from './job-pod.ts';
import type { KubeEvent } from './kube-event.ts';
import type { KubeJob } from './kube-job.ts';
import { isEnd } from './last-words.ts';

/** Where an IMS job stands: by its Job, by the newest of its pods, and by what Kubernetes tells of both. */
export interface Standing {
  /** The name of the Job; of the pod where there is no Job. */
  readonly name: string;
  readonly namespace: string;
  readonly jobId: string | undefined;
  /** RFC 3339. */
  readonly created: string;
  /** Undefined for a pod that has none, or none any more. */
  readonly job: KubeJob | undefined;
  /** The newest; undefined before the first and between two. */
  readonly pod: JobPod | undefined;
  /** What the agent told, or in brackets what Kubernetes knows. */
  readonly phase: string;
  readonly blocker: Blocker | undefined;
}

/** All that {@link standingsOf} looks at. */
export interface Seen {
  readonly jobs: readonly KubeJob[];
  /** Of IMS jobs, the newest last. */
  readonly pods: readonly JobPod[];
  readonly events: readonly KubeEvent[];
}

/** Where each IMS job stands, the newest last. Jobs of others are left aside. */
export function standingsOf({ jobs, pods, events }: Seen): Standing[] {
  const ofJobs = jobs.flatMap((job) => {
    const pod = pods.findLast((one) => isOf(one, job));
    return pod === undefined && job.jobId === undefined ? [] : [standingOf({ job, pod, events })];
  });
  const alone = pods
    .filter((pod) => !jobs.some((job) => isOf(pod, job)))
    .map((pod) => standingOf({ job: undefined, pod, events }));
  return [...ofJobs, ...alone].sort((one, other) => one.created.localeCompare(other.created));
}

/** The newest job that a job's name, a job's id or a pod's name means. */
export function chosen(standings: readonly Standing[], pods: readonly JobPod[], name: string): Standing | undefined {
  const wanted = name.replace(/^(?:pods?|jobs?(?:\.batch)?)\//, '');
  const owner = pods.findLast(({ pod }) => pod === wanted);
  return standings.findLast(
    (one) => [one.name, one.jobId, one.pod?.pod].includes(wanted) || (owner !== undefined && owner.job === one.name),
  );
}

/** Whether nothing more will come of it. */
export function hasEnded({ job, pod }: Standing): boolean {
  if (job !== undefined) return job.end !== undefined;
  return pod === undefined || isEnd(pod.told.phase) || isEnd(pod.podPhase);
}

/** A job for programs: what is JSON in an annotation is JSON here. */
export function recordOf({ name, namespace, jobId, created, job, pod, phase, blocker }: Standing): object {
  const told = pod?.told ?? {};
  const lists = ['artifacts', 'phase-history', 'timings'] as const;
  const opened = lists.flatMap((list): [string, unknown][] =>
    told[list] === undefined ? [] : [[list, jsonOf(told[list])]],
  );
  return {
    ...{ job: name, jobId, pod: pod?.pod, namespace, podPhase: pod?.podPhase, created, state: phase },
    ...{ end: job?.end, blocker, ...told, ...Object.fromEntries(opened) },
  };
}

/** What tells of one job. */
interface Parts {
  readonly job: KubeJob | undefined;
  readonly pod: JobPod | undefined;
  readonly events: readonly KubeEvent[];
}

/** Where one job stands. */
export function standingOf(parts: Parts): Standing {
  const { job, pod } = parts;
  const { name = '', namespace = '', jobId, created = '' } = job ?? { ...pod, name: pod?.job };
  return {
    ...{ name, namespace, jobId: jobId ?? pod?.jobId, created, job, pod },
    phase: phaseOf(job, pod),
    blocker: blockerOf(parts),
  };
}

function blockerOf({ job, pod, events }: Parts): Blocker | undefined {
  if (job?.end !== undefined) return undefined;
  const refused = job === undefined ? undefined : refusedPod(job, pod, events);
  return refused ?? (pod === undefined ? undefined : stuckPod(pod, events));
}

function phaseOf(job: KubeJob | undefined, pod: JobPod | undefined): string {
  const told = pod?.told.phase;
  if (job?.end !== undefined) return ended(job.end.type, told);
  if (job?.isSuspended === true) return '(Suspended)';
  if (pod === undefined) return '(NoPod)';
  return told ?? (pod.isTerminating ? '(Terminating)' : `(${pod.podPhase})`);
}

/** The Job knows that it has ended; its newest pod may have told how, or have stopped at an earlier phase. */
function ended(type: 'Complete' | 'Failed', told: string | undefined): string {
  if (told === 'Succeeded' || told === 'Failed') return told;
  return type === 'Complete' ? 'Succeeded' : 'Failed';
}

function isOf(pod: JobPod, job: KubeJob): boolean {
  return pod.job === job.name && pod.namespace === job.namespace;
}
