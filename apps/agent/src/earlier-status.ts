// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { readFile } from 'node:fs/promises';

import type { EarlierStatus } from '@ims/export';

/** What an earlier start of a job left in its status file; nothing when there is none of this job that can be read. */
export async function readEarlierStatus(path: string, jobId: string): Promise<EarlierStatus | undefined> {
  try {
    const { job, history, timings } = JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>;
    return job === jobId && isHistory(history) && isTimings(timings) ? { history, timings } : undefined;
  } catch {
    // What is only told is never worth a job.
    return undefined;
  }
}

function isHistory(value: unknown): value is EarlierStatus['history'] {
  return Array.isArray(value) && value.every((entry) => Array.isArray(entry) && entry.every(isText));
}

function isTimings(value: unknown): value is EarlierStatus['timings'] {
  if (typeof value !== 'object' || value === null) return false;
  return Object.values(value).every((seconds) => typeof seconds === 'number');
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}
