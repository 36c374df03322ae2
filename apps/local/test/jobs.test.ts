// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { chmod, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cleanUp, temporaryDirectory } from '@ims/testing';
import { afterEach, describe, expect, it } from 'vitest';

import { findJob } from '../src/job/find-job.ts';
import { homeAt, jobPaths, makeHome, requireSafeHome, unsafeDirectory, type Home } from '../src/job/home.ts';
import { jobTable, listJobs } from '../src/job/list.ts';
import { detailsTable, showJob } from '../src/job/show.ts';
import { writeRecord, type JobRecord } from '../src/job/record.ts';
import { isAlive, markOf } from '../src/job/process-mark.ts';
import { neededFor } from '../src/job/resume.ts';

afterEach(cleanUp);

const record: JobRecord = {
  version: 1,
  id: '5c1b0000-0000-4000-8000-000000000001',
  started: '2026-11-23T05:40:11.000Z',
  action: 'customize',
  jailed: true,
  name: 'cos-2.5',
  architecture: 'x86_64',
  source: { kind: 'directory', path: '/srv/root' },
  inPlace: false,
  script: undefined,
  scriptEnd: undefined,
  store: '/srv/images',
  wanted: { kernel: undefined, initrd: undefined, parameters: undefined },
  keep: false,
  logLevel: 'INFO',
  boot: undefined,
  preparing: undefined,
  worker: { pid: 1, startTime: 'never' },
  result: undefined,
};

async function homeWith(...records: readonly JobRecord[]): Promise<Home> {
  const home = homeAt(await temporaryDirectory());
  await makeHome(home);
  for (const one of records) {
    const paths = jobPaths(home, one.id);
    await mkdir(paths.directory, { recursive: true });
    await writeRecord(paths.record, one);
  }
  return home;
}

describe('the list of jobs', () => {
  it('is empty where nothing ever ran, and says how to begin', async () => {
    expect(await listJobs(homeAt('/var/lib/ims-test/never'))).toEqual([]);
    expect(jobTable([])).toContain('npm start');
  });

  it('is in the order of their starts, and passes over what is no job', async () => {
    const later = { ...record, id: '11110000-0000-4000-8000-000000000002', started: '2026-11-23T06:00:00.000Z' };
    const home = await homeWith(later, record);
    await mkdir(join(home.jobs, 'lost+found'));
    await writeFile(join(home.jobs, 'note'), '');
    expect((await listJobs(home)).map(({ job }) => job)).toEqual([record.id, later.id]);
  });

  it('tells a job that runs from one whose ims-job is gone', async () => {
    const own = markOf(process.pid);
    if (own === undefined) throw new Error('no mark');
    const home = await homeWith(record, {
      ...record,
      id: '22220000-0000-4000-8000-000000000003',
      started: 'later',
      worker: own,
    });
    const [gone, here] = await listJobs(home);
    expect(gone).toMatchObject({ phase: 'Preparing', reason: 'stopped; can be resumed', running: false });
    expect(here).toMatchObject({ phase: 'Preparing', running: true });
  });

  it('shows phase and reason as the agent wrote them', async () => {
    const home = await homeWith(record);
    const own = join(jobPaths(home, record.id).volume, '.ims');
    await mkdir(own, { recursive: true });
    const status = { phase: 'Failed', reason: 'NoSpace', history: [['Failed', 't']], timings: {}, artifacts: [] };
    await writeFile(join(own, 'status.json'), JSON.stringify(status));
    expect(jobTable(await listJobs(home))).toContain('Failed');
    expect(detailsTable(await showJob(home, record.id))).toContain('/srv/root');
  });
});

describe('a job', () => {
  it('is found by the beginning of its id, if that is of no other one', async () => {
    const home = await homeWith(record, { ...record, id: '5c1b1111-0000-4000-8000-000000000004' });
    expect(await findJob(home, '5C1B0')).toBe(record.id);
    await expect(findJob(home, '5c1b')).rejects.toThrow(/2 jobs/);
    await expect(findJob(home, 'f')).rejects.toThrow(/no job/);
    await expect(findJob(home, '')).rejects.toThrow(/no job/);
  });

  it('is written whole or not at all', async () => {
    const home = await homeWith(record);
    expect(await readdir(jobPaths(home, record.id).directory)).toEqual(['job.json']);
  });

  it('needs its shell again only until the session was closed', () => {
    expect(neededFor([])).toBe('both');
    expect(neededFor([{ step: 'opened', job: 'x' }])).toBe('both');
    expect(neededFor([{ step: 'closed', outcome: 'complete', message: '' }])).toBe('agent');
  });
});

describe('a process', () => {
  it('is not taken for a later one with the same number', () => {
    const own = markOf(process.pid);
    expect(own !== undefined && isAlive(own)).toBe(true);
    expect(isAlive({ pid: process.pid, startTime: '1' })).toBe(false);
    expect(markOf(2 ** 22 + 1)).toBeUndefined();
  });
});

describe('the place where jobs work', () => {
  it('H37 is refused below a directory that sshd would refuse, and the error names it', async () => {
    const open = await temporaryDirectory();
    await chmod(open, 0o777);
    const checking = requireSafeHome(homeAt(join(open, 'not', 'there', 'yet')));
    await expect(checking).rejects.toMatchObject({
      reason: 'ConfigurationInvalid',
      message: expect.stringContaining(`${open} has mode 0777`) as string,
      advice: expect.stringContaining('IMS_JOB_HOME') as string,
    });
    expect(await readdir(open)).toEqual([]);
    await chmod(open, 0o755);
    await expect(requireSafeHome(homeAt(join(open, 'jobs')))).resolves.toBeUndefined();
  });

  it('belongs to root all the way up', () => {
    expect(unsafeDirectory([{ path: '/home/me', owner: 1000, mode: 0o755 }])).toContain('owner 1000');
    expect(unsafeDirectory([{ path: '/', owner: 0, mode: 0o40755 }])).toBeUndefined();
  });
});
