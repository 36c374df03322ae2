// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { JobStatus } from '@ims/contract';
import Table from 'cli-table3';

import { jobPaths, namesOfJobs, type Home } from './home.ts';
import { readRecord, type JobRecord } from './record.ts';
import { isAlive } from './process-mark.ts';
import { readStatus } from './status.ts';

/** One line of `ims-job list`. */
export interface JobSummary {
  readonly job: string;
  readonly action: string;
  readonly name: string;
  readonly phase: string;
  readonly reason: string;
  /** An `ims-job` works on it now. */
  readonly running: boolean;
  /** RFC 3339, UTC. */
  readonly started: string;
}

/** All jobs of a home, the oldest first; a directory that holds no job is passed over. */
export async function listJobs(home: Home): Promise<JobSummary[]> {
  const names = await namesOfJobs(home);
  const found = await Promise.all(names.map(async (name) => summaryOf(home, name)));
  return found.flat().sort((a, b) => a.started.localeCompare(b.started));
}

async function summaryOf(home: Home, name: string): Promise<JobSummary[]> {
  try {
    return [await summarise(home, await readRecord(jobPaths(home, name).record))];
  } catch {
    return [];
  }
}

/** What is known of a job's state: its result, else what the agent said last. */
export async function summarise(home: Home, record: JobRecord): Promise<JobSummary> {
  const { id: job, action, name, started } = record;
  const status = await readStatus(jobPaths(home, job).volume);
  return { job, action, name, started, ...stateOf(record, status) };
}

function stateOf(
  { result, worker }: JobRecord,
  status: JobStatus | undefined,
): Pick<JobSummary, 'phase' | 'reason' | 'running'> {
  if (result !== undefined) {
    const { outcome, reason } = result;
    return { phase: outcome, reason: reason === outcome ? '' : reason, running: false };
  }
  const phase = status?.phase ?? 'Preparing';
  if (!isAlive(worker)) return { phase, reason: 'stopped; can be resumed', running: false };
  return { phase, reason: status?.reason === phase ? '' : (status?.reason ?? ''), running: true };
}

/** The list for a person. */
export function jobTable(jobs: readonly JobSummary[]): string {
  if (jobs.length === 0) return 'no jobs yet; `npm start` runs the first one';
  const table = new Table({
    head: ['job', 'action', 'image', 'phase', 'reason', 'started'],
    style: { head: [], border: [] },
  });
  for (const { job, action, name, phase, reason, started } of jobs) {
    table.push([job, action, name, phase, reason, started.replace('T', ' ').replace(/\.\d+Z$/, '')]);
  }
  return table.toString();
}
