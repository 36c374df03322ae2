// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { onCleanup } from '@ims/testing';
import { makeJob, type Job } from './job.ts';
import { bundleOf, phase, start, type TimedProgram } from './program.ts';

/** Both containers at work on one job, as they ship. */
export interface Pair {
  readonly job: Job;
  readonly sshd: TimedProgram;
  readonly agent: TimedProgram;
}

/** Starts both containers and waits until the shell is open to the user. */
export async function openPair(options: { jailed: boolean; env?: Readonly<Record<string, string>> }): Promise<Pair> {
  const job = await makeJob(options);
  const agent = start(bundleOf('ims-agent'), ['run'], { ...job.agentEnv, ...options.env });
  const open = agent.next(phase('WaitingOnUser'));
  const sshd = start(bundleOf('ims-sshd'), ['run'], { ...job.sshdEnv, ...options.env });
  onCleanup(async () => {
    await Promise.all([sshd.stop(), agent.stop()]);
  });
  await open;
  return { job, sshd, agent };
}
