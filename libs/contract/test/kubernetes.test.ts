// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import {
  annotationKeys,
  ANNOTATIONS,
  ANNOTATIONS_LIMIT,
  conditionsOf,
  encodeAnnotations,
  EVENT_NOTE_LIMIT,
  eventOf,
  PHASES,
  REQUIRED_PERMISSIONS,
  type AnnotationRow,
  type JobStatus,
  type Phase,
  type StoredArtifact,
} from '../src/index.ts';

const bytes = (text: string): number => new TextEncoder().encode(text).length;
const phases = Object.keys(PHASES) as Phase[];
const NOW = '2026-11-23T05:40:11.000Z';

const statusOf = (given: Partial<JobStatus> & { readonly phase: Phase }): JobStatus => ({
  job: 'j1',
  phaseSince: NOW,
  reason: given.phase,
  message: 'all is well',
  history: [[given.phase, NOW]],
  timings: {},
  imageId: undefined,
  imageName: 'image',
  manifest: undefined,
  artifacts: [],
  hostKeys: [],
  pair: undefined,
  ...given,
});

const text = fc.string({ unit: 'grapheme', maxLength: 5000 });
const artifact: fc.Arbitrary<StoredArtifact> = fc.record({
  name: fc.constantFrom('rootfs', 'kernel'),
  type: text,
  path: text,
  size: fc.nat(),
  md5: text,
  sha256: text,
  etag: text,
});
const anyStatus: fc.Arbitrary<JobStatus> = fc.record(
  {
    job: text,
    phase: fc.constantFrom(...phases),
    phaseSince: text,
    reason: text,
    message: text,
    history: fc.array(fc.tuple(fc.constantFrom(...phases), text), { maxLength: 200 }),
    timings: fc.dictionary(text, fc.double()),
    imageId: fc.option(text, { nil: undefined }),
    imageName: text,
    manifest: fc.option(text, { nil: undefined }),
    artifacts: fc.array(artifact, { maxLength: 5 }),
    hostKeys: fc.array(text, { maxLength: 3 }),
    pair: fc.option(text, { nil: undefined }),
    hostKeyFingerprint: text,
    progress: text,
    jobStatus: text,
    jobStatusPending: fc.nat(),
    manifestEtag: text,
    squashfs: fc.record({ inputSize: fc.nat(), size: fc.nat() }),
  },
  {
    requiredKeys: [
      ...['job', 'phase', 'phaseSince', 'reason', 'message', 'history', 'timings', 'imageId', 'imageName'],
      ...['manifest', 'artifacts', 'hostKeys', 'pair'],
    ] as (keyof JobStatus)[],
  },
);

describe('the annotations', () => {
  it('stay within their limit together, whatever the status holds', () => {
    const rows: AnnotationRow[] = Object.values(ANNOTATIONS);
    const most = bytes(annotationKeys().join('')) + rows.reduce((sum, { limit }) => sum + limit, 0);
    expect(most).toBeLessThanOrEqual(ANNOTATIONS_LIMIT);
    fc.assert(
      fc.property(anyStatus, (status) => {
        for (const [key, value] of Object.entries(encodeAnnotations(status))) {
          const { limit } = ANNOTATIONS[key.replace('ims.cray.com/', '') as keyof typeof ANNOTATIONS];
          expect(bytes(value)).toBeLessThanOrEqual(limit);
        }
      }),
      { numRuns: 50 },
    );
  });

  it('cut a message at a whole character, and give the oldest phases up first', () => {
    const history = Array.from({ length: 100 }, (_, turn) => ['Validating', `${String(turn)} ${NOW}`] as const);
    const encoded = encodeAnnotations(statusOf({ phase: 'Failed', message: '🦉'.repeat(2000), history }));
    expect(encoded['ims.cray.com/message']).toMatch(/^🦉{511}…$/u);
    const kept = JSON.parse(encoded['ims.cray.com/phase-history'] ?? '') as unknown[];
    expect(kept.length).toBeLessThan(100);
    expect(kept.at(-1)).toEqual(history.at(-1));
  });

  it('leave a fact out rather than tell half of it, and say nothing where there is nothing', () => {
    const encoded = encodeAnnotations(statusOf({ phase: 'Succeeded', manifest: `s3://${'x'.repeat(3000)}` }));
    expect(Object.keys(encoded).map((key) => key.replace('ims.cray.com/', ''))).toEqual([
      ...['phase', 'phase-since', 'reason', 'message', 'phase-history', 'image-name', 'agent-version'],
    ]);
  });

  it('H36 show the key that ssh asks for first', () => {
    const encoded = encodeAnnotations(
      statusOf({
        phase: 'WaitingOnUser',
        hostKeys: ['ssh-rsa AAAAB3', 'ssh-ed25519 AAAAC3'],
        hostKeyFingerprint: 'SHA256:abc',
      }),
    );
    expect(encoded).toMatchObject({
      'ims.cray.com/ssh-host-key': 'ssh-ed25519 AAAAC3',
      'ims.cray.com/ssh-host-key-fingerprint': 'SHA256:abc',
    });
  });

  it('keep a message to one line', () => {
    const encoded = encodeAnnotations(statusOf({ phase: 'Failed', message: ' one\n\ttwo ' }));
    expect(encoded['ims.cray.com/message']).toBe('one two');
  });
});

const held = (status: JobStatus): string[] =>
  conditionsOf(status).flatMap(({ type, status: is }) => (is === 'True' ? [type.replace('ims.cray.com/', '')] : []));

describe('the conditions', () => {
  it.each<[Phase, string[]]>([
    ['Starting', []],
    ['WaitingOnUser', ['ShellReady']],
    ['Packaging', []],
    ['Registering', []],
    ['Succeeded', ['ImageRegistered', 'Finished']],
    ['Failed', ['Finished']],
    ['Interrupted', ['Finished']],
  ])('of %s that hold are %j', (phase, expected) => {
    expect(held(statusOf({ phase }))).toEqual(expected);
  });

  it('say that the shell is open while the word of its user is checked, and not when it is gone', () => {
    const history = [['WaitingOnUser', NOW] as const, ['Validating', NOW] as const];
    expect(held(statusOf({ phase: 'Validating', history }))).toEqual(['ShellReady']);
    expect(
      held(
        statusOf({
          phase: 'Validating',
          history: [
            ['Starting', NOW],
            ['Validating', NOW],
          ],
        }),
      ),
    ).toEqual([]);
  });

  it('carry the reason of the status when they hold and when the job is over', () => {
    expect(conditionsOf(statusOf({ phase: 'Packaging' })).map(({ reason }) => reason)).toEqual([
      'InProgress',
      'InProgress',
      'InProgress',
    ]);
    expect(conditionsOf(statusOf({ phase: 'Failed', reason: 'NoSpace', message: 'full' })).at(-1)).toEqual({
      type: 'ims.cray.com/Finished',
      status: 'True',
      reason: 'NoSpace',
      message: 'full',
    });
  });
});

describe('the events', () => {
  it.each([
    [{ phase: 'Packaging', reason: 'Packaging' }, 'Normal', 'Packaging'],
    [{ phase: 'WaitingOnUser', reason: 'Customize' }, 'Normal', 'WaitingOnUser'],
    [{ phase: 'WaitingOnUser', reason: 'CompleteRefused' }, 'Warning', 'CompleteRefused'],
    [{ phase: 'WaitingOnUser', reason: 'BuildFailed' }, 'Warning', 'BuildFailed'],
    [{ phase: 'Failed', reason: 'NoSpace' }, 'Warning', 'NoSpace'],
    [{ phase: 'Interrupted', reason: 'Interrupted' }, 'Warning', 'Interrupted'],
  ] as const)('of %j is %s %s', (given, type, reason) => {
    expect(eventOf(statusOf(given))).toMatchObject({ type, reason, action: given.phase });
  });

  it('have a note that Kubernetes takes', () => {
    expect(bytes(eventOf(statusOf({ phase: 'Failed', message: 'ü'.repeat(2000) })).note)).toBeLessThanOrEqual(
      EVENT_NOTE_LIMIT,
    );
  });
});

describe('the permissions', () => {
  it('H32 are to get and patch pods and their status, and to create events, and nothing else', () => {
    expect(REQUIRED_PERMISSIONS.map(({ group, resource, verbs }) => `${group}/${resource}: ${verbs.join()}`)).toEqual([
      '/pods: get,patch',
      '/pods/status: get,patch',
      'events.k8s.io/events: create',
    ]);
  });
});
