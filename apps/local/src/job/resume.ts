// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { PRIVATE_DIRECTORY } from '@ims/contract';
import type { JournalEntry } from '@ims/export';
import { readJournal } from '@ims/journal';
import { Failure } from '@ims/runtime';
import { missingOutside } from '../pair/outside.ts';
import { ownMark } from './create-job.ts';
import { jobPaths } from './home.ts';
import { readRecord, writeRecord, type JobRecord } from './record.ts';
import type { LocalPorts } from '../ports.ts';
import { isAlive } from './process-mark.ts';
import type { Needed } from '../pair/session.ts';

/** A job that was stopped, and what it takes to go on with it. */
export interface Resumption {
  readonly job: JobRecord;
  readonly needed: Needed;
}

/**
 * Takes a job over.
 *
 * @throws Failure ConfigurationInvalid when it is being worked on, or has published its image already
 */
export async function prepareResume(id: string, logLevel: string | undefined, ports: LocalPorts): Promise<Resumption> {
  const paths = jobPaths(ports.home, id);
  const record = await readRecord(paths.record);
  refuseWhenBusy(record);
  refuseWhenDone(record, ports.self);
  refuseWithoutKeys(record, ports);
  const needed = neededFor(await readJournal(`${paths.volume}/${PRIVATE_DIRECTORY}/journal.jsonl`));
  const how = needed === 'agent' ? 'its shell is closed, only the agent goes on' : 'its shell is opened';
  ports.logger.info({}, `resumes job ${id}: ${how}`);
  const job = { ...record, logLevel: logLevel ?? record.logLevel, worker: ownMark(), result: undefined };
  await writeRecord(paths.record, job);
  return { job, needed };
}

/** Once the journal says that the session is closed, nobody may open a shell on this image root again. */
export function neededFor(entries: readonly JournalEntry[]): Needed {
  return entries.some(({ step }) => step === 'closed') ? 'agent' : 'both';
}

function refuseWhenBusy(record: JobRecord): void {
  if (record.result !== undefined || !isAlive(record.worker)) return;
  throw new Failure(
    'ConfigurationInvalid',
    `job ${record.id} is being worked on by process ${String(record.worker.pid)}`,
    {
      advice: 'wait for it, or end that process first',
    },
  );
}

function refuseWithoutKeys({ id, store }: JobRecord, { env }: LocalPorts): void {
  const problems = missingOutside(store, env);
  if (problems.length === 0) return;
  throw new Failure('ConfigurationInvalid', `job ${id} publishes to ${store}: ${problems.join('; ')}`, {
    advice: 'set what is named as it was when the job was started; keys are written down nowhere',
  });
}

function refuseWhenDone(record: JobRecord, self: string): void {
  if (record.result?.outcome !== 'Succeeded') return;
  throw new Failure('ConfigurationInvalid', `job ${record.id} has published its image already`, {
    advice: `${self} show ${record.id} says where it is`,
  });
}
