// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { conditionsOf, encodeAnnotations, encodeTermination, KUBERNETES_PREFIX, type JobStatus } from '@ims/contract';
import { expect } from 'vitest';

import type { PodJob } from './pod-job.ts';
import { endOf } from './seen.ts';

/** What an earlier container of the pod has told, and what is not kept on the claim. */
const NOT_ON_THE_CLAIM = [
  'phase-history',
  'progress',
  'job-status',
  'job-status-pending',
  'ssh-host-key-fingerprint',
].map((name) => `${KUBERNETES_PREFIX}${name}`);

/**
 * Everything that the pod says of a job that has ended is what lies on the claim: annotations, conditions, the last
 * event, the termination message and exit code of the agent.
 */
export async function expectToldTruly(job: PodJob, wanted: { readonly exitCode: number }): Promise<JobStatus> {
  const status = await job.status();
  const pod = await job.pod();
  const told = Object.entries(pod.metadata.annotations).filter(([key]) => key.startsWith(KUBERNETES_PREFIX));
  const compared = (entries: readonly [string, string][]): Record<string, string> =>
    Object.fromEntries(entries.filter(([key]) => !NOT_ON_THE_CLAIM.includes(key)));
  expect(compared(told)).toEqual(compared(Object.entries(encodeAnnotations(status))));
  const conditions = pod.status.conditions?.filter(({ type }) => type.startsWith(KUBERNETES_PREFIX));
  const byType = (one: { type: string }, other: { type: string }): number => one.type.localeCompare(other.type);
  expect(conditions?.toSorted(byType)).toMatchObject(conditionsOf(status).toSorted(byType));
  expect(endOf(pod, 'agent')).toMatchObject({ ...wanted, message: encodeTermination(status) });
  const last = (await job.events()).at(-1);
  expect(last).toMatchObject({ action: status.phase, note: expect.stringContaining(status.message) as string });
  return status;
}
