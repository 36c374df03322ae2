// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { conditionsOf, encodeAnnotations, encodeTermination, KUBERNETES_PREFIX, type JobStatus } from '@ims/contract';
import { expect } from 'vitest';

import { annotationOf, type PodJob } from './pod-job.ts';
import { endOf, type SeenPod } from './seen.ts';

/** What an earlier container of the pod has told, and what is not kept on the claim; the pod has it in a form of its own. */
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
  expectEnded(pod, status);
  const conditions = pod.status.conditions?.filter(({ type }) => type.startsWith(KUBERNETES_PREFIX));
  const byType = (one: { type: string }, other: { type: string }): number => one.type.localeCompare(other.type);
  expect(conditions?.toSorted(byType)).toMatchObject(conditionsOf(status).toSorted(byType));
  expect(endOf(pod, 'agent')).toMatchObject({ ...wanted, message: encodeTermination(status) });
  const last = (await job.events()).at(-1);
  expect(last).toMatchObject({ action: status.phase, note: expect.stringContaining(status.message) as string });
  return status;
}

/** What the pod tells beyond the claim: no step runs, IMS knows all there is, and the history ends as that of the claim. */
function expectEnded(pod: SeenPod, { history }: JobStatus): void {
  expect(annotationOf(pod, 'progress')).toBeUndefined();
  expect(annotationOf(pod, 'job-status-pending')).toBe('0');
  const told = historyIn(pod);
  const common = Math.min(told.length, history.length);
  expect(common).toBeGreaterThan(1);
  expect(told.slice(-common)).toEqual(history.slice(-common));
}

/** The phases that a pod tells it has been through, with their times. */
export function historyIn(pod: SeenPod): JobStatus['history'] {
  return JSON.parse(annotationOf(pod, 'phase-history') ?? '[]') as JobStatus['history'];
}
