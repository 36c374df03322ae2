// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { encodeTermination, TERMINATION_MESSAGE_LIMIT, type JobStatus, type Phase } from '@ims/contract';
import { silentLogger, type Fields, type Logger } from '@ims/runtime';
import { combineReporters, createStatusFile, createTerminationMessage } from '../src/index.ts';
import { createLatestWriter } from '../src/latest-writer.ts';

let directory: string;
beforeEach(async () => {
  await mkdir('/var/lib/ims-test', { recursive: true });
  directory = await mkdtemp('/var/lib/ims-test/reporting-');
});
afterEach(async () => {
  await rm(directory, { recursive: true, force: true });
});

const statusOf = (phase: Phase, message = 'all is well'): JobStatus => ({
  job: 'j1',
  phase,
  phaseSince: '2026-11-23T05:40:11Z',
  reason: phase,
  message,
  history: [[phase, '2026-11-23T05:40:11Z']],
  timings: { [phase]: 1.5 },
  imageId: undefined,
  imageName: 'größe',
  manifest: undefined,
  artifacts: [],
  hostKeys: [],
  pair: undefined,
});

const recordingLogger = (): Logger & { lines: string[] } => {
  const lines: string[] = [];
  const log = (level: string) => (_: Fields, message: string) => void lines.push(`${level}: ${message}`);
  return { lines, debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') };
};

const read = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'));

describe('createStatusFile', () => {
  it('keeps the last status, and the progress of the phase it is in', async () => {
    const path = `${directory}/status.json`;
    const reporter = createStatusFile({ path, logger: silentLogger });
    reporter.progress('before anything was reported');
    reporter.report(statusOf('Packaging'));
    reporter.progress('12%');
    reporter.progress('61%');
    await reporter.flush();
    expect(read(path)).toMatchObject({ phase: 'Packaging', progress: '61%', imageName: 'größe' });
    reporter.report(statusOf('Succeeded'));
    await reporter.flush();
    expect(read(path)).not.toHaveProperty('progress');
    expect(read(path)).toMatchObject({ phase: 'Succeeded' });
    expect(readdirSync(directory)).toEqual(['status.json']);
  });

  it('shows a reader one status or another, never a part', async () => {
    const path = `${directory}/status.json`;
    const reporter = createStatusFile({ path, logger: silentLogger });
    reporter.report(statusOf('Starting'));
    await reporter.flush();
    for (let turn = 0; turn < 200; turn += 1) {
      reporter.report(statusOf('Packaging', 'x'.repeat(turn * 100)));
      await new Promise((resolve) => setImmediate(resolve));
      expect(read(path)).toMatchObject({ job: 'j1' });
    }
    await reporter.flush();
    expect(read(path)).toMatchObject({ message: 'x'.repeat(19_900) });
  });

  it('that cannot be written is said once, and can be written later', async () => {
    const logger = recordingLogger();
    const path = `${directory}/later/status.json`;
    const reporter = createStatusFile({ path, logger });
    for (const phase of ['Starting', 'WaitingOnUser', 'Packaging'] as const) {
      reporter.report(statusOf(phase));
      await reporter.flush();
    }
    expect(logger.lines).toEqual(['warn: the status file cannot be written; the job goes on']);
    mkdirSync(`${directory}/later`);
    reporter.report(statusOf('Failed'));
    await reporter.flush();
    expect(read(path)).toMatchObject({ phase: 'Failed' });
  });

  it('H16 a full disk ends nothing and leaves the last status', async () => {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8k', 'none', directory]);
    try {
      const path = `${directory}/status.json`;
      const reporter = createStatusFile({ path, logger: silentLogger });
      reporter.report(statusOf('Packaging'));
      await reporter.flush();
      reporter.report(statusOf('Uploading', 'x'.repeat(20_000)));
      await reporter.flush();
      expect(read(path)).toMatchObject({ phase: 'Packaging' });
      expect(readdirSync(directory)).toEqual(['status.json']);
    } finally {
      execFileSync('umount', [directory]);
    }
  });
});

describe('createTerminationMessage', () => {
  it('writes the end of the job into the file that the kubelet mounted, and nothing before', async () => {
    const path = `${directory}/termination-log`;
    writeFileSync(path, 'something old and longer than what comes'.repeat(200));
    const { ino } = statSync(path);
    const reporter = createTerminationMessage({ path, logger: silentLogger });
    reporter.report(statusOf('Packaging'));
    reporter.progress('61%');
    await reporter.flush();
    expect(readFileSync(path, 'utf8')).toContain('something old');
    const failed = statusOf('Failed', 'no '.repeat(5000));
    reporter.report(failed);
    await reporter.flush();
    expect(readFileSync(path, 'utf8')).toBe(encodeTermination(failed));
    expect(statSync(path)).toMatchObject({ ino });
    expect(statSync(path).size).toBeLessThanOrEqual(TERMINATION_MESSAGE_LIMIT);
  });

  it('is not made where there is none, and that is no cause for a warning', async () => {
    const logger = recordingLogger();
    const path = `${directory}/termination-log`;
    const reporter = createTerminationMessage({ path, logger });
    reporter.report(statusOf('Succeeded'));
    await reporter.flush();
    expect(existsSync(path)).toBe(false);
    expect(logger.lines).toEqual(['debug: no termination message is written']);
  });

  it('that cannot be written is a warning', async () => {
    const logger = recordingLogger();
    const reporter = createTerminationMessage({ path: directory, logger });
    reporter.report(statusOf('Interrupted'));
    await reporter.flush();
    expect(logger.lines).toEqual(['warn: no termination message is written']);
  });
});

describe('combineReporters', () => {
  it('tells every reporter, and flushes them all', async () => {
    const told: string[] = [];
    const reporter = (name: string) => ({
      report: (status: JobStatus) => void told.push(`${name} ${status.phase}`),
      progress: (text: string) => void told.push(`${name} ${text}`),
      flush: async () => void told.push(`${name} flush`),
    });
    const both = combineReporters([reporter('a'), reporter('b')]);
    both.report(statusOf('Starting'));
    both.progress('1%');
    await both.flush();
    expect(told).toEqual(['a Starting', 'b Starting', 'a 1%', 'b 1%', 'a flush', 'b flush']);
    await combineReporters([]).flush();
  });

  it('flushes a reporter when those before it have said all, so that it can say so too', async () => {
    const told: string[] = [];
    let accept = (): void => undefined;
    const taken = new Promise<void>((resolve) => (accept = resolve));
    const reporter = (flush: () => Promise<void>) => ({ report: () => undefined, progress: () => undefined, flush });
    const both = combineReporters([
      reporter(async () => {
        await taken;
        told.push('accepted');
      }),
      reporter(async () => void told.push('shown')),
    ]);
    const flushed = both.flush();
    accept();
    await flushed;
    expect(told).toEqual(['accepted', 'shown']);
  });
});

describe('createLatestWriter', () => {
  it('has one write in flight and forgets what was overtaken', async () => {
    const written: number[] = [];
    let release = (): void => undefined;
    const writer = createLatestWriter<number>(
      async (value) => {
        written.push(value);
        await new Promise<void>((resolve) => (release = resolve));
      },
      () => undefined,
    );
    for (const value of [1, 2, 3, 4]) writer.offer(value);
    expect(written).toEqual([1]);
    release();
    await new Promise((resolve) => setImmediate(resolve));
    expect(written).toEqual([1, 4]);
    release();
    await writer.flush(10_000);
    writer.offer(5);
    expect(written).toEqual([1, 4, 5]);
    release();
  });

  it('flush ends although a write hangs', async () => {
    const writer = createLatestWriter<number>(
      async () => await new Promise(() => undefined),
      () => undefined,
    );
    writer.offer(1);
    await writer.flush(1);
  });

  it('a write that throws at once is a failure like any other', async () => {
    const failures: unknown[] = [];
    const writer = createLatestWriter<number>(
      () => {
        throw new Error('at once');
      },
      (error) => failures.push(error),
    );
    writer.offer(1);
    await writer.flush(1000);
    expect(failures).toHaveLength(1);
    writer.offer(2);
    await writer.flush(1000);
    expect(failures).toHaveLength(2);
  });
});
