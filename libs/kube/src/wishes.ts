// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { eventOf, type JobStatus, type PodEvent } from '@ims/contract';

import { stayOf, type State } from './state.ts';

/** What a reporter is told besides whole statuses. */
export type Overlay = Pick<JobStatus, 'progress' | 'jobStatus' | 'jobStatusPending'>;

/** Wants a new status shown; a new phase makes an event. Progress belongs to the phase it was told in. */
export function wantStatus(state: State, status: JobStatus, now: Date): State {
  const { jobStatus, jobStatusPending, progress } = state.status ?? {};
  const isNewPhase = stayOf(status) !== stayOf(state.status);
  const merged: JobStatus = {
    ...(jobStatus === undefined ? {} : { jobStatus }),
    ...(jobStatusPending === undefined ? {} : { jobStatusPending }),
    ...(progress === undefined || isNewPhase ? {} : { progress }),
    ...status,
  };
  const changed = { ...state, status: merged };
  return isNewPhase ? withEvent(changed, eventOf(merged), now) : changed;
}

/** Wants something else shown beside the status; before there is one, nothing is shown at all. */
export function wantOverlay(state: State, overlay: Overlay): State {
  return state.status === undefined ? state : { ...state, status: { ...state.status, ...overlay } };
}

/** Wants everything told now: these are the last words. A wait that the server asked for is kept to. */
export function wantHaste(state: State, monotonic: number): State {
  const retryAt = state.isServersWish ? state.retryAt : Math.min(state.retryAt, monotonic);
  return { ...state, isHurried: true, retryAt };
}

/** What makes two events the same. */
function eventKey({ type, reason, action }: PodEvent): string {
  return `${type} ${reason} ${action}`;
}

function withEvent(state: State, event: PodEvent, when: Date): State {
  const key = eventKey(event);
  const tally = state.tallies[key] ?? { count: 0, told: 0, toldAt: Number.NEGATIVE_INFINITY };
  return {
    ...state,
    pending: { ...state.pending, [key]: { event, when } },
    tallies: { ...state.tallies, [key]: { ...tally, count: tally.count + 1 } },
  };
}
