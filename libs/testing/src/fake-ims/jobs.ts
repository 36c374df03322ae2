// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { WebAnswer } from '../web-server.ts';
import { answered, NOT_FOUND, problem, refusedFields } from './answers.ts';
import { errorsIn, oneOf, uuid, type Fields } from './fields.ts';
import { LAST_STATUSES, STATUSES } from './records.ts';
import type { Call, State } from './state.ts';

const CHANGES: Fields = { status: { check: oneOf(STATUSES) }, resultant_image_id: { check: uuid } };

/** `GET jobs`. */
export async function listJobs({ state }: Call): Promise<WebAnswer> {
  return answered(200, [...state.jobs.values()]);
}

/** `GET jobs/ID`. */
export async function readJob({ state, id }: Call): Promise<WebAnswer> {
  const job = state.jobs.get(id);
  return job === undefined ? NOT_FOUND : answered(200, job);
}

/**
 * `PATCH jobs/ID`: any status after any other. A last one makes Kubernetes remove what it holds for the job first; when
 * that fails the status is not stored (reference §6.2).
 */
export async function changeJob({ state, id, input }: Call): Promise<WebAnswer> {
  const errors = errorsIn(input, CHANGES);
  if (errors !== undefined) return refusedFields(errors);
  for (const [field, value] of Object.entries(input as object) as [string, unknown][]) {
    if (field === 'status' && LAST_STATUSES.includes(String(value)) && !removesFromKubernetes(state, id))
      return problem(500, `What Kubernetes holds for the job ${id} could not be removed.`, [
        'Exception when calling CoreV1Api->delete_namespaced_service',
      ]);
    const job = state.jobs.get(id);
    if (job !== undefined) state.jobs.set(id, { ...job, [field]: value });
  }
  return answered(200, state.jobs.get(id));
}

function removesFromKubernetes({ cleanup }: State, id: string): boolean {
  if (cleanup.failures > 0) {
    cleanup.failures -= 1;
    return false;
  }
  cleanup.done.push(id);
  return true;
}
