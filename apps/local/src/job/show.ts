// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import Table from 'cli-table3';

import type { Home } from './home.ts';
import { jobPaths, layoutOfJob } from './home.ts';
import { summarise } from './list.ts';
import { readRecord, type JobRecord } from './record.ts';
import { bytesText } from '../image/space.ts';
import { readStatus } from './status.ts';
import { timingLines } from '../text/table.ts';

/** Everything that is known of one job. */
export interface JobDetails {
  readonly summary: Awaited<ReturnType<typeof summarise>>;
  readonly record: JobRecord;
  readonly status: Awaited<ReturnType<typeof readStatus>>;
  readonly places: Readonly<Record<'volume' | 'imageRoot' | 'logs' | 'store', string>>;
}

/** Looks a job up by its id. */
export async function showJob(home: Home, id: string): Promise<JobDetails> {
  const paths = jobPaths(home, id);
  const record = await readRecord(paths.record);
  return {
    summary: await summarise(home, record),
    record,
    status: await readStatus(paths.volume),
    places: {
      volume: paths.volume,
      imageRoot: layoutOfJob(paths, record).imageRoot,
      logs: paths.logs,
      store: record.store,
    },
  };
}

type Row = readonly [string, string | undefined];

/** The details for a person. */
export function detailsTable(details: JobDetails): string {
  const table = new Table({ style: { head: [], border: [] } });
  const rows = [...jobRows(details), ...progressRows(details), ...imageRows(details), ...placeRows(details)];
  for (const [name, value] of rows) if (value !== undefined && value !== '') table.push([name, value]);
  return table.toString();
}

function jobRows({ summary, record }: JobDetails): Row[] {
  return [
    ['job', summary.job],
    ['action', `${record.action}, ${shellText(record)}`],
    ['image name', record.name],
    ['made from', record.source.path],
    ['started', record.started],
  ];
}

function progressRows({ summary, record, status }: JobDetails): Row[] {
  const { result } = record;
  return [
    ['phase', summary.running ? `${summary.phase} (running)` : summary.phase],
    ['reason', summary.reason],
    ['message', result?.message ?? status?.message],
    ['history', status?.history.map(([phase, at]) => `${at}  ${phase}`).join('\n')],
    ['seconds', timingLines(result?.timings ?? status?.timings ?? {}).join('\n')],
  ];
}

function imageRows({ status }: JobDetails): Row[] {
  if (status === undefined) return [];
  return [
    ['image id', status.imageId],
    ['manifest', status.manifest],
    ...status.artifacts.map(({ name, path, size, sha256, md5 }): Row => [
      name,
      `${path}\n${bytesText(size)}\nsha256 ${sha256}\nmd5 ${md5}`,
    ]),
  ];
}

function placeRows({ places }: JobDetails): Row[] {
  return [
    ['image root', places.imageRoot],
    ['logs', places.logs],
  ];
}

function shellText(record: JobRecord): string {
  if (record.action === 'create') return 'no shell';
  return record.jailed ? 'jailed shell' : 'root shell of this machine';
}
