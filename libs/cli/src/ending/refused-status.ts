// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { JobStatus } from '@ims/contract';
import { sentenceOf, type Failure } from '@ims/runtime';

/** The status of a job whose program could not begin. */
export function statusOfRefusal(refusal: {
  /** Empty when not even that can be read. */
  readonly job: string;
  readonly imageName: string;
  readonly failure: Failure;
  readonly now: Date;
  readonly earlier: Pick<JobStatus, 'history' | 'timings'> | undefined;
}): JobStatus {
  const { job, imageName, failure, earlier } = refusal;
  const since = refusal.now.toISOString();
  return {
    job,
    phase: 'Failed',
    phaseSince: since,
    reason: failure.reason,
    message: sentenceOf(failure),
    history: [...(earlier?.history ?? []), ['Failed', since]],
    timings: earlier?.timings ?? {},
    imageId: undefined,
    imageName,
    manifest: undefined,
    artifacts: [],
    hostKeys: [],
    pair: undefined,
  };
}
