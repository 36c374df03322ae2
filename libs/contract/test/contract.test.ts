// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { readFile } from 'node:fs/promises';

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import {
  decodeQuestion,
  decodeRelease,
  decodeVerdict,
  encodeManifest,
  encodeQuestion,
  encodeRelease,
  encodeTermination,
  encodeVerdict,
  ERRORS,
  isOwnNote,
  layoutOf,
  manifestOf,
  PHASES,
  RELEASE_TOKENS,
  sentinelPath,
  SESSION_PHASES,
  TERMINATION_MESSAGE_LIMIT,
  TOKENS,
  VERSION,
  type JobStatus,
  type PhaseRow,
  type Sentinel,
} from '../src/index.ts';

const sentinelOf = (note: { token: string; message: string }): Sentinel => ({
  kind: 'present',
  content: 'note',
  note,
});

describe('the tables', () => {
  it('have the version of package.json', async () => {
    const text = await readFile(new URL('../../../package.json', import.meta.url), 'utf8');
    expect(VERSION).toBe((JSON.parse(text) as { version: string }).version);
  });

  it.each([
    ['phases', PHASES as Record<string, PhaseRow>],
    ['session phases', SESSION_PHASES as Record<string, PhaseRow>],
  ])('the %s name only each other, end somewhere, and nothing follows an end', (_title, table) => {
    for (const row of Object.values(table)) {
      for (const next of row.next) expect(Object.keys(table)).toContain(next);
      expect(row.terminal).toBe(row.next.length === 0);
    }
  });

  it('every error has an exit code of its family and advice', () => {
    for (const row of Object.values(ERRORS)) {
      expect(row.exit).toBeGreaterThan(0);
      expect(row.advice).not.toBe('');
    }
  });
});

describe('the layout of a job', () => {
  it('puts the flags of a jailed user into the image, and exiting never', () => {
    const layout = layoutOf({ parent: '/mnt/image/', action: 'customize', jailed: true });
    expect(sentinelPath(layout, 'complete')).toBe('/mnt/image/image-root/tmp/complete');
    expect(sentinelPath(layout, 'exiting')).toBe('/mnt/image/exiting');
  });

  it('never jails a create job', () => {
    const layout = layoutOf({ parent: '/mnt/image', action: 'create', jailed: true });
    expect(sentinelPath(layout, 'complete')).toBe('/mnt/image/complete');
    expect(layout.imageRoot).toBe('/mnt/image/build/image-root');
  });
});

describe('what the two halves tell each other', () => {
  it('comes back as it was written', () => {
    fc.assert(
      fc.property(fc.uuid(), fc.nat(999_999), fc.string(), (id, terminals, reason) => {
        expect(decodeQuestion(sentinelOf(encodeQuestion({ id, terminals })))).toEqual({ id, terminals });
        const verdict = { id, answer: 'refused', reason } as const;
        expect(decodeVerdict(sentinelOf(encodeVerdict(verdict)))).toEqual(verdict);
        const release = { token: 'failed', reason: 'NoSpace', message: reason } as const;
        expect(decodeRelease(sentinelOf(encodeRelease(release)))).toEqual(release);
      }),
    );
  });

  it('is never read out of the words of a user', () => {
    for (const text of ['asked x 1', 'accepted', 'interrupted\nInterrupted\n']) {
      const words: Sentinel = { kind: 'present', content: 'unrecognised', text };
      expect([decodeQuestion(words), decodeVerdict(words), decodeRelease(words)]).toEqual([
        undefined,
        undefined,
        undefined,
      ]);
    }
  });
});

describe('a text in a file where people write', () => {
  it.each(['failed', 'complete'] as const)('%s is never taken for a note because of a word of ours', (name) => {
    for (const token of TOKENS) {
      expect(isOwnNote(name, { token, message: '' })).toBe(false);
      expect(isOwnNote(name, { token, message: 'because of it' })).toBe(false);
      expect(isOwnNote(name, { token, message: 'constructor\nof it' })).toBe(false);
    }
  });

  it('is a release when it gives one of our reasons, and in failed only', () => {
    for (const token of RELEASE_TOKENS) {
      const note = encodeRelease({ token, reason: 'NoSpace', message: '' });
      expect([isOwnNote('failed', note), isOwnNote('complete', note), isOwnNote('exiting', note)]).toEqual([
        true,
        false,
        true,
      ]);
    }
  });
});

describe('the last words', () => {
  const status: JobStatus = {
    job: 'j',
    phase: 'Failed',
    phaseSince: '2026-01-01T00:00:00Z',
    reason: 'NoSpace',
    message: '',
    history: [],
    timings: {},
    imageId: 'i',
    imageName: 'cos',
    manifest: '/m',
    artifacts: [],
    hostKeys: [],
    pair: undefined,
  };

  it('are valid JSON within the limit of the kubelet, whatever the message is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 8000 }), (message) => {
        const text = encodeTermination({ ...status, message });
        expect(Buffer.byteLength(text)).toBeLessThanOrEqual(TERMINATION_MESSAGE_LIMIT);
        expect(JSON.parse(text)).toMatchObject({ phase: 'Failed', reason: 'NoSpace', imageId: 'i', manifest: '/m' });
      }),
    );
  });

  it('keep a message that fits as it is', () => {
    expect(JSON.parse(encodeTermination({ ...status, message: 'no room' }))).toMatchObject({ message: 'no room' });
  });
});

it('the manifest is pretty-printed with sorted keys, as clients of the image service know it', () => {
  const artifact = { name: 'kernel', type: 't', path: 's3://b/k', size: 1, md5: 'm', sha256: 's', etag: 'e' } as const;
  const text = encodeManifest(manifestOf([artifact], new Date('2026-01-02T03:04:05.678Z'), 's3'));
  expect(text.split('\n').slice(0, 5)).toEqual([
    '{',
    '    "artifacts": [',
    '        {',
    '            "link": {',
    '                "etag": "e",',
  ]);
  expect(JSON.parse(text)).toMatchObject({ version: '1.0', created: '2026-01-02 03:04:05.678000' });
});
