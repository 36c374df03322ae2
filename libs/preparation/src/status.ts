// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { PREPARATION_PHASES, type JobStatus } from '@ims/contract';

import type { PreparationState } from './states.ts';

/** The status of a job after its first stage entered `state`, from the one before. */
export function nextStatus(
  previous: JobStatus | undefined,
  entered: { readonly state: PreparationState; readonly job: string; readonly now: Date },
): JobStatus {
  const { state, job, now } = entered;
  const { phase } = state;
  const since = now.toISOString();
  return {
    job,
    phase,
    phaseSince: since,
    reason: 'reason' in state ? state.reason : phase,
    message: 'message' in state ? state.message : PREPARATION_PHASES[phase].meaning,
    history: [...(previous?.history ?? []), [phase, since]],
    timings: timingsUntil(previous, now),
    imageId: undefined,
    imageName: '',
    manifest: undefined,
    artifacts: [],
    hostKeys: [],
    pair: undefined,
  };
}

function timingsUntil(previous: JobStatus | undefined, now: Date): JobStatus['timings'] {
  if (previous === undefined) return {};
  const seconds = Math.max(0, (now.getTime() - Date.parse(previous.phaseSince)) / 1000);
  const before = previous.timings[previous.phase] ?? 0;
  return { ...previous.timings, [previous.phase]: Number((before + seconds).toFixed(3)) };
}
