// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { JobStatus, ReportedPhase } from '@ims/contract';
import type { PodReporter } from '@ims/kube';
import { setTimeout } from 'node:timers/promises';

/** What an ordinary job goes through, and which share of its time each phase takes. */
const PHASES = [
  { phase: 'Starting', share: 0.05, tells: 'nothing' },
  { phase: 'WaitingOnUser', share: 0.35, tells: 'nothing' },
  { phase: 'Validating', share: 0.05, tells: 'nothing' },
  { phase: 'Packaging', share: 0.25, tells: 'progress' },
  { phase: 'Uploading', share: 0.25, tells: 'progress' },
  { phase: 'Registering', share: 0.05, tells: 'nothing' },
] as const satisfies readonly { phase: ReportedPhase; share: number; tells: 'nothing' | 'progress' }[];

/** The statuses that IMS accepts on the way. */
const ACCEPTED: Readonly<Partial<Record<ReportedPhase, string>>> = {
  WaitingOnUser: 'waiting_on_user',
  Packaging: 'packaging_artifacts',
  Succeeded: 'success',
};

/** As often as the agent tells how far a step is, in milliseconds. */
const PROGRESS_MS = 500;

/** Tells a reporter the story of one ordinary job in so many seconds, its end included. */
export async function tellOrdinaryJob(reporter: PodReporter, job: string, seconds: number): Promise<void> {
  let status = statusOf(job, 'Starting');
  for (const { phase, share, tells } of PHASES) {
    status = enter(reporter, status, phase);
    const until = performance.now() + seconds * share * 1000;
    while (tells === 'progress' && performance.now() + PROGRESS_MS < until) {
      reporter.progress(`rootfs ${(until - performance.now()).toFixed(0)} MB left`);
      await setTimeout(PROGRESS_MS);
    }
    await setTimeout(Math.max(0, until - performance.now()));
  }
  enter(reporter, status, 'Succeeded');
  await reporter.flush();
}

/** The status of a job that has just entered a phase. */
export function statusOf(job: string, phase: ReportedPhase): JobStatus {
  const since = new Date().toISOString();
  return {
    job,
    phase,
    phaseSince: since,
    reason: phase,
    message: `a job of the benchmark that is in the phase ${phase}, said in a sentence of usual length`,
    history: [[phase, since]],
    timings: {},
    imageId: undefined,
    imageName: 'bench',
    manifest: undefined,
    artifacts: [],
    hostKeys: ['ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAICEaL+Q8RKA/tYPL5szjjkiK1CdRhFXClZbWppTRvUSP'],
    pair: 'ims-sshd/1.0.0',
  };
}

function enter(reporter: PodReporter, before: JobStatus, phase: ReportedPhase): JobStatus {
  const entered = statusOf(before.job, phase);
  const status = { ...entered, history: [...before.history, ...entered.history] };
  reporter.report(status);
  const accepted = ACCEPTED[phase];
  if (accepted !== undefined) reporter.delivered({ status: accepted, pending: 0 });
  return status;
}
