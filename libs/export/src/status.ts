// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { PHASES, type JobStatus } from '@ims/contract';

import type { Packed } from './ports.ts';
import type { ExportSettings, ExportState } from './states.ts';

/** What earlier starts of the job leave to the status of this one. */
export type EarlierStatus = Pick<JobStatus, 'history' | 'timings'>;

/** The status of a job after it entered `state`, from the one before or from what earlier starts left. */
export function nextStatus(
  previous: JobStatus | undefined,
  entered: {
    readonly state: ExportState;
    readonly settings: ExportSettings;
    readonly now: Date;
    readonly earlier: EarlierStatus;
  },
): JobStatus {
  const { state, settings, now, earlier } = entered;
  const since = now.toISOString();
  const { facts, phase } = state;
  return {
    job: settings.jobId,
    phase,
    phaseSince: since,
    reason: 'reason' in state ? state.reason : phase,
    message: 'message' in state ? state.message : PHASES[phase].meaning,
    history: [...(previous ?? earlier).history, [phase, since]],
    timings: previous === undefined ? earlier.timings : timingsUntil(previous, now),
    imageId: facts.imageId,
    imageName: settings.imageName,
    manifest: facts.manifest?.path,
    ...(facts.manifest === undefined ? {} : { manifestEtag: facts.manifest.etag }),
    ...(facts.packed === undefined ? {} : { squashfs: sizesOf(facts.packed) }),
    artifacts: facts.artifacts,
    hostKeys: facts.hostKeys,
    pair: facts.pair,
  };
}

function sizesOf({ inputSize, size }: Packed): NonNullable<JobStatus['squashfs']> {
  return { inputSize, size };
}

function timingsUntil(previous: JobStatus, now: Date): JobStatus['timings'] {
  const seconds = Math.max(0, (now.getTime() - Date.parse(previous.phaseSince)) / 1000);
  const before = previous.timings[previous.phase] ?? 0;
  return { ...previous.timings, [previous.phase]: Number((before + seconds).toFixed(3)) };
}
