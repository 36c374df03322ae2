// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { JobStatus, ReportedPhase } from '@ims/contract';

/** A job whose phases begin when a test says so. */
export interface Story {
  /** The status after the job has entered a phase. */
  enter(phase: ReportedPhase, given?: Partial<JobStatus>): JobStatus;
}

/** Tells the story of one job, by the clock of a test. */
export function createStory(now: () => Date): Story {
  let history: JobStatus['history'] = [];
  return {
    enter: (phase, given = {}) => {
      const phaseSince = now().toISOString();
      history = [...history, [phase, phaseSince]];
      return {
        job: 'j1',
        phase,
        phaseSince,
        reason: phase,
        message: `the job is ${phase}`,
        history,
        timings: {},
        imageId: undefined,
        imageName: 'image',
        manifest: undefined,
        artifacts: [],
        hostKeys: [],
        pair: undefined,
        ...given,
      };
    },
  };
}
