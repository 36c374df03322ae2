// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { KUBERNETES_PREFIX } from '@ims/contract';

import { fieldOf, listOf, textOf, textsOf } from './fields.ts';

/** How a Job has ended, in the words of Kubernetes. */
export interface JobEnd {
  readonly type: 'Complete' | 'Failed';
  /** `BackoffLimitExceeded`, `DeadlineExceeded`, `PodFailurePolicy`, … */
  readonly reason: string | undefined;
  readonly message: string | undefined;
}

/** A Job of Kubernetes, which makes one pod after the other until it ends; every text is safe to be shown. */
export interface KubeJob {
  readonly name: string;
  readonly namespace: string;
  /** The id of the IMS job, where a label says it. */
  readonly jobId: string | undefined;
  /** RFC 3339. */
  readonly created: string;
  readonly isSuspended: boolean;
  readonly end: JobEnd | undefined;
}

/** Reads a Job; nothing when it is none. */
export function kubeJobOf(value: unknown): KubeJob | undefined {
  const name = textOf(value, 'metadata', 'name');
  if (name === undefined) return undefined;
  return {
    name,
    namespace: textOf(value, 'metadata', 'namespace') ?? '',
    jobId: textsOf(value, 'metadata', 'labels')[`${KUBERNETES_PREFIX}job-id`],
    created: textOf(value, 'metadata', 'creationTimestamp') ?? '',
    isSuspended: fieldOf(value, 'spec', 'suspend') === true,
    end: endOf(value),
  };
}

/** The Jobs in a list. */
export function kubeJobsIn(list: unknown): KubeJob[] {
  return listOf(list, 'items').flatMap((item) => kubeJobOf(item) ?? []);
}

function endOf(value: unknown): JobEnd | undefined {
  const holds = listOf(value, 'status', 'conditions').filter((condition) => fieldOf(condition, 'status') === 'True');
  const ends = (['Complete', 'Failed'] as const).flatMap((type) => {
    const condition = holds.find((one) => fieldOf(one, 'type') === type);
    if (condition === undefined) return [];
    return [{ type, reason: textOf(condition, 'reason'), message: textOf(condition, 'message') }];
  });
  return ends[0];
}
