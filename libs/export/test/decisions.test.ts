// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { encodeRelease, type Sentinel } from '@ims/contract';
import { describe, expect, it } from 'vitest';

import type { JournalEntry } from '../src/ports.ts';
import { resumePoint } from '../src/resume.ts';
import { sessionEndOf } from '../src/session-end.ts';
import { judge } from '../src/validating.ts';

const JOB = '0a1b2c3d-0000-4000-8000-00000000abcd';
const absent: Sentinel = { kind: 'absent' };
const empty: Sentinel = { kind: 'present', content: 'empty' };
const released: Sentinel = {
  kind: 'present',
  content: 'note',
  note: encodeRelease({ token: 'interrupted', reason: 'Interrupted', message: 'stopped' }),
};
const packed = { size: 10, inputSize: 20, compression: 'zstd' };
const opened: JournalEntry = { step: 'opened', job: JOB };
const closed: JournalEntry = { step: 'closed', outcome: 'complete', message: '' };

describe('where a second start goes on', () => {
  it.each<[string, JournalEntry[]]>([
    ['fresh', []],
    ['opened', [opened]],
    ['closed', [opened, closed]],
    ['closed', [opened, closed, { step: 'packed', packed }, { step: 'image', imageId: 'i' }]],
    ['stored', [opened, closed, { step: 'manifest', location: { path: 'p', etag: 'e' } }]],
    ['published', [opened, closed, { step: 'manifest', location: { path: 'p', etag: 'e' } }, { step: 'registered' }]],
    ['marked-failed', [opened, { step: 'closed', outcome: 'failed', message: 'bad' }]],
  ])('is %s after these entries', (kind, entries) => {
    expect(resumePoint(entries, JOB).kind).toBe(kind);
  });

  it('does not depend on how an earlier start ended', () => {
    const ended: JournalEntry = { step: 'ended', phase: 'Failed', reason: 'StoreUnavailable' };
    expect(resumePoint([opened, closed, { step: 'packed', packed }, ended], JOB)).toMatchObject({
      kind: 'closed',
      packed,
    });
  });

  it('counts nothing that was taken back but the archive, and remembers whose objects may be left', () => {
    const before: JournalEntry[] = [
      { step: 'image', imageId: 'i' },
      { step: 'storing', name: 'rootfs', checkpoint: 'part 1' },
      { step: 'manifest', location: { path: 'p', etag: 'e' } },
    ];
    const taken: JournalEntry[] = [opened, closed, { step: 'packed', packed }, ...before, { step: 'withdrawn' }];
    expect(resumePoint(taken, JOB)).toEqual({
      kind: 'closed',
      packed,
      facts: {
        hostKeys: [],
        pair: undefined,
        packed,
        imageId: undefined,
        artifacts: [],
        manifest: undefined,
        checkpoints: {},
        abandoned: 'i',
      },
    });
    const begun: JournalEntry[] = [...taken, { step: 'image', imageId: 'j' }];
    expect(resumePoint(begun, JOB)).toMatchObject({ facts: { imageId: 'j', abandoned: undefined } });
  });

  it('refuses the journal of another job', () => {
    expect(() => resumePoint([{ step: 'opened', job: 'other' }], JOB)).toThrow('belongs to job other');
  });
});

describe('how a session ended', () => {
  it('is not known before exiting is there', () => {
    expect(sessionEndOf({ exiting: absent, failed: empty })).toBeUndefined();
  });

  it('is complete for an empty exiting of a container that is not ours', () => {
    expect(sessionEndOf({ exiting: empty, failed: absent })?.kind).toBe('complete');
  });

  it('is a failure when both flags are there', () => {
    expect(sessionEndOf({ exiting: empty, failed: empty })?.kind).toBe('marked-failed');
  });

  it('never takes the release of a container for the word of the user', () => {
    expect(sessionEndOf({ exiting: released, failed: empty })?.kind).toBe('gave-up');
    expect(sessionEndOf({ exiting: empty, failed: released })?.kind).toBe('gave-up');
  });

  it('is what the sshd container said when the agent alone was interrupted meanwhile', () => {
    const done = (message: string): Sentinel => ({
      kind: 'present',
      content: 'note',
      note: { token: 'done', message },
    });
    expect(sessionEndOf({ exiting: done('complete'), failed: released })).toEqual({ kind: 'complete' });
    expect(sessionEndOf({ exiting: done('failed'), failed: released })?.kind).toBe('gave-up');
  });
});

describe('the verdict on an image that cannot be packaged', () => {
  const found = [{ reason: 'ImageInvalid', message: 'no kernel' }] as const;

  it.each([
    ['auto', 1, 'refused'],
    ['auto', 0, 'rejected'],
    ['shell', 0, 'refused'],
    ['fail', 1, 'rejected'],
  ] as const)('with IMS_ON_INVALID=%s and %i terminals it is %s', (onInvalid, terminals, answer) => {
    expect(judge(found, { id: 'q', terminals }, onInvalid)).toEqual({ id: 'q', answer, reason: 'no kernel' });
  });

  it('is accepted when nothing is missing', () => {
    expect(judge([], { id: 'q', terminals: 0 }, 'auto').answer).toBe('accepted');
  });
});
