// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { ERRORS, type JobStatus } from '@ims/contract';
import { describe, expect, it } from 'vitest';

import { farewell } from '../src/text/farewell.ts';
import { forPeople } from '../src/text/for-people.ts';
import { exitCodeOfResult, verdictOf, type Result } from '../src/job/outcome.ts';
import { resultTable, timingLines } from '../src/text/table.ts';

function status(phase: JobStatus['phase'], reason: string = phase, message = 'as the agent says'): JobStatus {
  return {
    job: 'j',
    phase,
    phaseSince: '2026-11-23T05:40:11.000Z',
    reason,
    message,
    history: [],
    timings: {},
    imageId: undefined,
    imageName: 'n',
    manifest: undefined,
    artifacts: [],
    hostKeys: [],
    pair: undefined,
  };
}

const result: Result = {
  job: 'j-1',
  action: 'customize',
  outcome: 'Succeeded',
  reason: 'Succeeded',
  message: '',
  image: 'i-1',
  manifest: '/srv/images/i-1/manifest.json',
  artifacts: [
    {
      name: 'rootfs',
      type: 't',
      path: '/srv/images/i-1/rootfs',
      size: 143_200_000,
      md5: 'm'.repeat(32),
      sha256: 's'.repeat(64),
      etag: 'e',
    },
  ],
  timings: { Preparing: 0.5, Packaging: 1.25 },
};

describe('how a job ended', () => {
  it('is what the agent published, whatever else happened', () => {
    const verdict = verdictOf({ status: status('Succeeded'), scriptExit: 1, interrupted: true, sshdExit: 1 });
    expect(verdict.outcome).toBe('Succeeded');
    expect(exitCodeOfResult(verdict, 2)).toBe(0);
  });

  it('is not the end of it while IMS does not know of the image', () => {
    const verdict = verdictOf({ status: status('Succeeded'), agentExit: 51, interrupted: false });
    expect(verdict).toMatchObject({ outcome: 'Failed', reason: 'ImsUnavailable' });
    expect(exitCodeOfResult(verdict, undefined)).toBe(51);
  });

  it('is the failure of the script, which the agent only knows as a mark of the user', () => {
    const verdict = verdictOf({ status: status('Failed', 'MarkedFailed'), scriptExit: 3, interrupted: false });
    expect(verdict).toMatchObject({ outcome: 'Failed', reason: 'ScriptFailed' });
    expect(exitCodeOfResult(verdict, undefined)).toBe(12);
  });

  it('is what the agent says otherwise', () => {
    const verdict = verdictOf({ status: status('Failed', 'MarkedFailed'), interrupted: false, agentExit: 10 });
    expect(verdict).toEqual({ outcome: 'Failed', reason: 'MarkedFailed', message: 'as the agent says' });
    expect(exitCodeOfResult(verdict, undefined)).toBe(10);
  });

  it('is an interruption with the number of the signal', () => {
    const verdict = verdictOf({ status: status('Interrupted'), interrupted: true });
    expect(verdict.outcome).toBe('Interrupted');
    expect(exitCodeOfResult(verdict, 2)).toBe(130);
    expect(exitCodeOfResult(verdict, undefined)).toBe(143);
  });

  it('is read from the exit codes when nobody could say it', () => {
    expect(verdictOf({ status: undefined, interrupted: false, agentExit: 2 })).toMatchObject({
      reason: 'ConfigurationInvalid',
      message: expect.stringContaining('the agent ended with exit code 2') as string,
    });
    expect(verdictOf({ status: status('Starting'), interrupted: false, agentExit: 0, sshdExit: 24 })).toMatchObject({
      reason: 'SshdRefused',
    });
    expect(verdictOf({ status: undefined, interrupted: false }).reason).toBe('Defect');
  });
});

describe('the last words', () => {
  it('of a job that published are a table with all that was made', () => {
    const text = resultTable(result, false);
    for (const part of ['i-1', '/srv/images/i-1', 'rootfs', '143.2 MB', 's'.repeat(64), 'm'.repeat(32), 'Packaging']) {
      expect(text).toContain(part);
    }
    expect(text).not.toContain('\u001b');
  });

  it('never cut a path that somebody wants to copy', () => {
    const directory = `/srv/${'long/'.repeat(30)}i-1`;
    expect(resultTable({ ...result, manifest: `${directory}/manifest.json` }, false)).toContain(directory);
  });

  it('add up the seconds', () => {
    expect(timingLines(result.timings)).toEqual(['Preparing     0.50', 'Packaging     1.25', 'in all        1.75']);
  });

  const place = { self: 'npx ims-job', imageRoot: '/srv/volume/image-root' };

  it('of a job that can be resumed say how, and where its work is kept', () => {
    const said = farewell({ ...result, outcome: 'Failed', reason: 'NoSpace', message: 'disk full' }, place);
    expect(said.message).toBe('job j-1 failed: NoSpace: disk full');
    expect(said.advice[0]).toContain('free space');
    expect(said.advice.slice(1)).toEqual([
      'its image root is kept in /srv/volume/image-root',
      'resume it: npx ims-job resume j-1',
    ]);
  });

  it('of a job that cannot say where to look', () => {
    const said = farewell({ ...result, outcome: 'Failed', reason: 'MarkedFailed', message: 'no' }, place);
    expect(said.advice.at(-1)).toBe('look at it: npx ims-job show j-1');
  });

  it('do not repeat what the agent has said', () => {
    const message = `disk full; ${ERRORS.NoSpace.advice}`;
    expect(farewell({ ...result, outcome: 'Failed', reason: 'NoSpace', message }, place).advice).toHaveLength(2);
  });
});

describe('a log line for a person', () => {
  const line = (fields: object): string => JSON.stringify({ level: 'info', time: 't', name: 'ims-agent', ...fields });
  const shown = (fields: object): unknown => JSON.parse(forPeople(line(fields), 'phases') ?? 'null');

  it('is the begin of a phase, progress, or something to worry about', () => {
    expect(shown({ phase: 'Open', msg: 'comes in' })).toMatchObject({ msg: 'Open: comes in' });
    expect(shown({ progress: { done: 1, total: 2 }, msg: 'packing' })).toMatchObject({ msg: 'packing' });
    expect(shown({ level: 'warn', msg: 'careful', port: 1 })).not.toHaveProperty('port');
    expect(shown({ msg: 'a detail', port: 1 })).toBeNull();
  });

  it('is everything when it is asked for, and text that is no log line as it stands', () => {
    expect(forPeople(line({ msg: 'x', port: 1 }), 'everything')).toContain('port');
    expect(forPeople(line({ msg: 'x', port: 1 }), 'lines')).toContain('"msg":"x"');
    expect(forPeople('Segmentation fault', 'phases')).toBe('Segmentation fault');
    expect(forPeople('{ not json', 'phases')).toBe('{ not json');
  });
});
