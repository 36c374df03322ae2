// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { readFile } from 'node:fs/promises';

import type { JobStatus, Phase, SessionPhase } from '@ims/contract';
import { onTestFailed } from 'vitest';

import { eventually, type LogLine, type Program, type Volume } from '@ims/testing';

import { clientOptions, liveClient, runClient, type LiveLogin, type Said } from './client.ts';
import { NOT_STARTED, startIsolated, startPlain, type Container } from './container.ts';
import { createJob, type Job, type JobOptions } from './job.ts';

/** How the pair is started. */
export interface PairOptions extends JobOptions {
  /** Both halves among the processes and mounts of the machine, where the kernel offers no namespaces. */
  readonly shared?: boolean;
}

/** Which half is started only by `restart`. */
export interface StartOptions extends Pick<PairOptions, 'shared'> {
  readonly agent?: 'later';
  readonly sshd?: 'later';
}

/** Both programs of a job, at work. */
export interface Pair {
  readonly job: Job;
  readonly volume: Volume;
  readonly agent: Program;
  readonly sshd: Program;
  /** The agent and the sshd container, as the kubelet sees them. */
  readonly containers: { readonly agent: Container; readonly sshd: Container };
  /** Resolves when the agent says that somebody can log in. */
  opened(): Promise<void>;
  ssh(command: string, input?: string | Buffer): Promise<Said>;
  sftp(batch: string): Promise<Said>;
  /** A login that stays, with a terminal unless it runs a command. */
  login(command?: string): LiveLogin;
  status(): Promise<JobStatus>;
  /** The status when the file says this phase, for this reason: the job does not wait until it is written. */
  reached(phase: Phase, reason?: string): Promise<JobStatus>;
  /** The exit codes of both, when both have ended. */
  ends(): Promise<{ readonly agent: number | null; readonly sshd: number | null }>;
  /** Starts one half again, as a pod does that comes back to its volume. */
  restart(half: 'agent' | 'sshd', env?: Readonly<Record<string, string>>): void;
}

/** Starts both programs on a volume of their own. */
export async function startPair(options: PairOptions = {}): Promise<Pair> {
  const job = await createJob(options);
  return pairOf(job, options);
}

/** Starts both programs and waits until somebody can log in. */
export async function openPair(options: PairOptions = {}): Promise<Pair> {
  const pair = await startPair(options);
  await pair.opened();
  return pair;
}

/** Starts both programs of a job that lies on disk already. */
export function pairOf(job: Job, options: StartOptions = {}): Pair {
  const start = {
    agent: (env = {}): Container => startPlain({ app: 'agent', args: ['run'], env: { ...job.agentEnv, ...env } }),
    sshd: (env = {}): Container => {
      const program = { app: 'sshd', args: ['run'], env: { ...job.sshdEnv, ...env } };
      return options.shared === true ? startPlain(program) : startIsolated(program);
    },
  };
  const containers = {
    agent: options.agent === 'later' ? NOT_STARTED : start.agent(),
    sshd: options.sshd === 'later' ? NOT_STARTED : start.sshd(),
  };
  const client = clientOptions(job);
  const started = [containers.agent, containers.sshd].filter((container) => container !== NOT_STARTED);
  tellWhenFailed(started);
  return {
    job,
    volume: job.volume,
    containers,
    get agent() {
      return containers.agent.program;
    },
    get sshd() {
      return containers.sshd.program;
    },
    opened: async () => {
      await containers.agent.program.waitForLine(entered('WaitingOnUser'));
    },
    ssh: async (command, input) => await runClient('ssh', [...client, '127.0.0.1', command], input),
    sftp: async (batch) => await runClient('sftp', [...client, '-b', '-', '127.0.0.1'], batch),
    login: (command) =>
      liveClient('ssh', [...client, ...(command === undefined ? ['-tt', '127.0.0.1'] : ['127.0.0.1', command])]),
    status: async () => await readStatus(job),
    reached: async (phase, reason) =>
      await eventually(async () => {
        const status = await readStatus(job);
        return status.phase === phase && (reason ?? status.reason) === status.reason ? status : undefined;
      }),
    ends: async () => {
      const [agent, sshd] = await Promise.all([containers.agent.ended, containers.sshd.ended]);
      return { agent: agent.code, sshd: sshd.code };
    },
    restart: (half, env) => {
      containers[half] = start[half](env);
      started.push(containers[half]);
    },
  };
}

/** A line by which either program says that it has entered a phase. */
export function entered(phase: Phase | SessionPhase) {
  return (line: LogLine): boolean => line['phase'] === phase;
}

/** The status file of a job. */
export async function readStatus({ volume }: Job): Promise<JobStatus> {
  return await eventually(async () => {
    const text = await readFile(`${volume.layout.private}/status.json`, 'utf8').catch(() => undefined);
    return text === undefined ? undefined : (JSON.parse(text) as JobStatus);
  });
}

/** A test that fails shows what the programs said. */
function tellWhenFailed(started: readonly Container[]): void {
  try {
    onTestFailed(() => {
      for (const { program } of started) console.error(`${program.stdout}${program.stderr}`);
    });
  } catch {
    // Started by a hook and not by a test: the error has to do.
  }
}
