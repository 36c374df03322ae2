// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { openSync, closeSync, futimesSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';

import { onCleanup } from '@ims/testing';
import { place } from './flags.ts';
import { makeJob, writeConfiguration, type Job } from './job.ts';
import { bundleOf, phase, start, type TimedProgram } from './program.ts';

/** The real sshd container with an open shell; this process plays the agent. */
export interface OpenSshd {
  readonly job: Job;
  readonly sshd: TimedProgram;
}

const BEAT_MS = 5000;

/** Opens the shell of a job. */
export async function openSshd(options: { jailed: boolean; fill?: (imageRoot: string) => void }): Promise<OpenSshd> {
  const job = await makeJob(options);
  const { volume } = job;
  options.fill?.(volume.imageRoot);
  await writeConfiguration(job);
  await mkdir(volume.layout.private, { recursive: true, mode: 0o700 });
  beat(volume.sentinel('agentAlive'));
  const sshd = start(bundleOf('ims-sshd'), ['run'], job.sshdEnv);
  onCleanup(async () => await sshd.stop());
  const open = sshd.next(phase('Open'));
  place(volume.sentinel('ready'));
  await open;
  return { job, sshd };
}

/** The heartbeat of an agent. */
function beat(path: string): void {
  place(path, { token: 'alive', message: 'bench' });
  const file = openSync(path, 'r+');
  const timer = setInterval(() => {
    futimesSync(file, new Date(), new Date());
  }, BEAT_MS);
  onCleanup(() => {
    clearInterval(timer);
    closeSync(file);
  });
}
