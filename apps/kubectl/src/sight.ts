// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { listOf, textOf } from './fields.ts';
import { jobPodOf, type JobPod } from './job-pod.ts';
import { kubeEventOf, type KubeEvent } from './kube-event.ts';
import { kubeJobOf, type KubeJob } from './kube-job.ts';
import { standingOf, type Standing } from './standing.ts';
import type { ChangeType } from './watch.ts';

/** What of the cluster tells of a job. */
export type Kind = 'jobs' | 'pods' | 'events';

/** What has been seen of one job so far. */
export interface Sight {
  /** Takes a list, as kubectl gives it, for all that there is of this kind. */
  readonly replace: (kind: Kind, list: unknown) => void;
  /** Takes one object that is there or was deleted. */
  readonly change: (kind: Kind, object: unknown, type: ChangeType) => void;
  /** Undefined when the Job is removed, or the pod that never had one. */
  readonly standing: () => Standing | undefined;
}

/** Begins with where the job stood. */
export function createSight(from: Standing, seen: readonly KubeEvent[]): Sight {
  const jobs = new Map<string, KubeJob>();
  const pods = new Map<string, JobPod>();
  const events = new Map(seen.map((event): [string, KubeEvent] => [event.id, event]));
  const keep = { jobs: keeper(jobs, kubeJobOf), pods: keeper(pods, jobPodOf), events: keeper(events, kubeEventOf) };
  if (from.job !== undefined) jobs.set(from.name, from.job);
  if (from.pod !== undefined) pods.set(from.pod.pod, from.pod);
  return {
    replace: (kind, list) => {
      keep[kind].clear();
      for (const object of listOf(list, 'items')) keep[kind].put(object);
    },
    change: (kind, object, type) => {
      if (type === 'deleted') keep[kind].drop(object);
      else keep[kind].put(object);
    },
    standing: () => {
      const job = jobs.get(from.name);
      const pod = newestOf(pods);
      if (from.job === undefined ? pod === undefined : job === undefined) return undefined;
      return standingOf({ job, pod, events: [...events.values()] });
    },
  };
}

interface Keeper {
  readonly clear: () => void;
  readonly put: (object: unknown) => void;
  readonly drop: (object: unknown) => void;
}

/** Keeps what can be read of objects, by their names. */
function keeper<T>(kept: Map<string, T>, read: (object: unknown) => T | undefined): Keeper {
  const nameOf = (object: unknown): string => textOf(object, 'metadata', 'name') ?? '';
  return {
    clear: () => {
      kept.clear();
    },
    put: (object) => {
      const found = read(object);
      if (found !== undefined) kept.set(nameOf(object), found);
    },
    drop: (object) => {
      kept.delete(nameOf(object));
    },
  };
}

function newestOf(pods: ReadonlyMap<string, JobPod>): JobPod | undefined {
  return [...pods.values()].toSorted((one, other) => one.created.localeCompare(other.created)).at(-1);
}
