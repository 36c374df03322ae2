// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

import type { Program } from '@ims/testing';

import { clientOptions, runClient, type Said } from '../support/client.ts';
import { startIsolated, startPlain } from '../support/container.ts';
import { createJob, type Job, type JobOptions } from '../support/job.ts';

/** How a mixed pair is started. */
export interface MixedOptions extends JobOptions {
  /** Seconds between two looks of the other container; 5 is what reference §1.2 says. */
  readonly pollSeconds: number;
}

/** One half of ours beside a container that is not. */
export interface MixedPair {
  readonly job: Job;
  readonly ours: Program;
  readonly theirs: Program;
  ssh(command: string): Promise<Said>;
  /** Both exit codes, when both have ended. */
  ends(): Promise<{ readonly ours: number | null; readonly theirs: number | null }>;
}

/** Our sshd container beside an agent that is not ours. */
export async function besideReferenceAgent(options: MixedOptions): Promise<MixedPair> {
  const job = await jobFor(options);
  const ours = startIsolated({ app: 'sshd', args: ['run'], env: job.sshdEnv });
  const { agentEnv, volume } = job;
  const theirs = startReference('agent', job, {
    ...pick(agentEnv, ['IMAGE_ROOT_ARCHIVE_NAME', 'SSH_JAIL']),
    CONFIG_DIR: volume.config,
    AUTHORIZED_KEYS: agentEnv['IMS_AUTHORIZED_KEYS'] ?? '',
    CA_DIR: agentEnv['IMS_CA_DIR'] ?? '',
    RESOLV_CONF: agentEnv['IMS_RESOLV_CONF'] ?? '',
    SSH_PORT: String(job.port),
    SSH_LISTEN: '127.0.0.1',
    HOST_KEY_DIR: job.hostKeys,
    POLL_SECONDS: String(options.pollSeconds),
  });
  return mixed(job, ours.program, theirs);
}

/** Our agent beside a sshd container that is not ours. */
export async function besideReferenceSshd(options: MixedOptions): Promise<MixedPair> {
  const job = await jobFor(options);
  const ours = startPlain({ app: 'agent', args: ['run'], env: job.agentEnv });
  const theirs = startReference('sshd', job, {
    ...pick(job.sshdEnv, ['IMS_JOB_ID', 'SSH_JAIL', 'SSHD_OPTIONS', 'SSHD_CONFIG_FILE']),
    HOST_KEY_DIR: job.hostKeys,
    POLL_SECONDS: String(options.pollSeconds),
  });
  return mixed(job, ours.program, theirs);
}

async function jobFor(options: MixedOptions): Promise<Job> {
  const job = await createJob(options);
  await mkdir(job.volume.layout.private, { mode: 0o700 });
  return job;
}

/** Where our private directory is, the stand-in finds an empty one that it cannot write to. */
const BLIND = ['sh', '-c', 'mount -t tmpfs -o ro none "$1" && shift && exec "$@"', 'blind'];

function startReference(half: 'agent' | 'sshd', job: Job, env: Readonly<Record<string, string>>): Program {
  const script = fileURLToPath(new URL(`reference-${half}.sh`, import.meta.url));
  const { layout } = job.volume;
  const command = [...BLIND, layout.private, 'sh', script, layout.parent];
  return startIsolated({ app: `reference-${half}`, command, env }).program;
}

function mixed(job: Job, ours: Program, theirs: Program): MixedPair {
  return {
    job,
    ours,
    theirs,
    ssh: async (command) => await runClient('ssh', [...clientOptions(job), '127.0.0.1', command]),
    ends: async () => {
      const [mine, other] = await Promise.all([ours.ended, theirs.ended]);
      return { ours: mine.code, theirs: other.code };
    },
  };
}

function pick(env: Readonly<Record<string, string>>, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, env[name] ?? '']));
}
