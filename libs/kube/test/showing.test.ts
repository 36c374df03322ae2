// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { cleanUp } from '@ims/testing';
import { afterEach, describe, expect, it } from 'vitest';

import { createFakePod, done } from './support/fake-pod.ts';
import { createWorld, shown, type World } from './support/world.ts';

afterEach(cleanUp);

const types = (world: World): string[] =>
  world.pod.conditions.flatMap(({ type, status }) => (status === 'True' ? [type.replace('ims.cray.com/', '')] : []));

/** A customize job with an hour at the shell, twenty seconds of packing and three minutes of uploading. */
async function ordinaryJob({ reporter, story, clock }: World): Promise<void> {
  const work = async (what: string, seconds: number): Promise<void> => {
    for (let second = 1; second <= seconds * 2; second += 1) {
      reporter.progress(`${what} ${String(second)}`);
      await clock.advance(500);
    }
  };
  reporter.report(story.enter('Starting'));
  await clock.advance(5000);
  reporter.report(story.enter('WaitingOnUser', { reason: 'Customize' }));
  reporter.delivered({ status: undefined, pending: 1 });
  await clock.advance(100);
  reporter.delivered({ status: 'waiting_on_user', pending: 0 });
  await clock.advance(3_600_000);
  reporter.report(story.enter('Validating'));
  await clock.advance(300);
  reporter.report(story.enter('Packaging'));
  reporter.delivered({ status: 'packaging_artifacts', pending: 0 });
  await work('packing', 20);
  reporter.report(story.enter('Uploading'));
  await work('rootfs', 180);
  reporter.report(story.enter('Registering'));
  await clock.advance(300);
  reporter.report(story.enter('Succeeded', { manifest: 's3://boot-images/i1/manifest.json', imageId: 'i1' }));
  reporter.delivered({ status: 'success', pending: 0 });
  await reporter.flush();
}

describe('what a job costs', () => {
  it('H46 an ordinary one at most 24 writes and one read, and the pod shows all of its end', async () => {
    const world = createWorld();
    await ordinaryJob(world);
    expect(world.pod.tried.length).toBeLessThanOrEqual(24);
    expect(world.pod.reads).toBe(1);
    expect(shown(world.pod, 'phase')).toBe('Succeeded');
    expect(shown(world.pod, 'job-status')).toBe('success');
    expect(shown(world.pod, 'progress')).toBeUndefined();
    expect(types(world)).toEqual(['ImageRegistered', 'Finished']);
    expect(world.logger.messages()).toEqual([]);
  });

  it('H46 nothing while nothing changes', async () => {
    const world = createWorld();
    const status = world.story.enter('WaitingOnUser');
    world.reporter.report(status);
    await world.clock.advance(1000);
    const before = world.pod.tried.length;
    world.reporter.report(status);
    await world.clock.advance(86_400_000);
    expect(world.pod.tried.length).toBe(before);
    expect(world.clock.sleeping).toBe(0);
  });

  it('H46 a user who says complete every second costs one write a minute in the end', async () => {
    const { reporter, story, clock, pod } = createWorld();
    for (let turn = 0; turn < 900; turn += 1) {
      reporter.report(story.enter('Validating'));
      await clock.advance(500);
      reporter.report(story.enter('WaitingOnUser', { reason: 'CompleteRefused' }));
      await clock.advance(500);
    }
    const before = pod.tried.length;
    expect(before).toBeLessThan(80);
    const series = pod.events.filter(({ reason }) => reason === 'CompleteRefused');
    expect(series.length).toBeGreaterThan(2);
    expect(series[0]).toMatchObject({ type: 'Warning', count: 1 });
    await reporter.flush();
    expect(pod.events.findLast(({ reason }) => reason === 'CompleteRefused')).toMatchObject({ count: 900 });
  });
});

describe('a phase', () => {
  it('is shown at once, and those that pass within a second share the next writes', async () => {
    const { reporter, story, clock, pod } = createWorld();
    reporter.report(story.enter('Starting'));
    await clock.advance(0);
    expect(pod.tried.map(({ write }) => write.kind)).toEqual(['annotations', 'conditions', 'event']);
    await clock.advance(400);
    reporter.report(story.enter('Validating'));
    await clock.advance(200);
    reporter.report(story.enter('Packaging'));
    await clock.advance(399);
    expect(done(pod, 'annotations').length).toBe(1);
    await clock.advance(1);
    expect(shown(pod, 'phase')).toBe('Packaging');
    expect(done(pod, 'annotations').length).toBe(2);
    expect(pod.events.map(({ reason, note }) => `${reason}: ${note}`)).toEqual([
      'Starting: the job is Starting',
      'Packaging: Validating, Packaging: the job is Packaging',
    ]);
    expect(JSON.parse(shown(pod, 'phase-history') ?? '')).toHaveLength(3);
  });

  it('has its annotations before a condition says so, for whoever waits for the condition reads them next', async () => {
    const { reporter, story, clock, pod } = createWorld();
    reporter.report(story.enter('Starting'));
    await clock.advance(900);
    reporter.report(story.enter('Preparing'));
    await clock.advance(300);
    reporter.report(story.enter('WaitingOnUser', { hostKeys: ['ssh-ed25519 AAAA'] }));
    await clock.advance(2000);
    expect(shown(pod, 'ssh-host-key')).toBe('ssh-ed25519 AAAA');
    const kinds = pod.tried.map(({ write }) => write.kind).filter((kind) => kind !== 'event');
    expect(kinds).toEqual(['annotations', 'conditions', 'annotations', 'annotations', 'conditions']);
  });

  it('that ends the job waits for nobody', async () => {
    const world = createWorld();
    const { reporter, story, clock, pod } = world;
    reporter.report(story.enter('Starting'));
    await clock.advance(10);
    reporter.report(story.enter('Failed', { reason: 'NoSpace', message: 'full' }));
    await clock.advance(0);
    expect(shown(pod, 'reason')).toBe('NoSpace');
    expect(types(world)).toEqual(['Finished']);
    expect(pod.conditions.find(({ type }) => type.endsWith('/Finished'))).toMatchObject({ reason: 'NoSpace' });
    expect(pod.events.at(-1)).toMatchObject({ type: 'Warning', reason: 'NoSpace', note: 'full' });
  });

  it('writes only what differs, and takes away what is no longer so', async () => {
    const { reporter, story, clock, pod } = createWorld();
    reporter.report(story.enter('Packaging', { imageId: 'i1' }));
    reporter.progress('packing 1%');
    await clock.advance(20_000);
    expect(shown(pod, 'progress')).toBe('packing 1%');
    reporter.report(story.enter('Failed', { imageId: undefined, message: 'the job is Packaging' }));
    await clock.advance(0);
    expect(Object.keys(done(pod, 'annotations').at(-1)?.patch ?? {}).map((key) => key.split('/')[1])).toEqual([
      ...['phase', 'phase-since', 'reason', 'phase-history', 'progress', 'image-id'],
    ]);
    expect(pod.annotations).not.toHaveProperty('ims.cray.com/image-id');
    expect(pod.annotations).not.toHaveProperty('ims.cray.com/progress');
  });

  it('H36 brings the host key and its fingerprint', async () => {
    const { reporter, story, clock, pod } = createWorld();
    const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl';
    reporter.report(story.enter('WaitingOnUser', { hostKeys: [`${key} root@pod`] }));
    await clock.advance(0);
    expect(shown(pod, 'ssh-host-key')).toBe(`${key} root@pod`);
    // What ssh-keygen -l says of GitHub's key.
    expect(shown(pod, 'ssh-host-key-fingerprint')).toBe('SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU');
  });
});

describe('progress', () => {
  it('is written at most every ten seconds, ever less often, and only when it has changed', async () => {
    const { reporter, story, clock, pod } = createWorld();
    reporter.report(story.enter('Uploading'));
    await clock.advance(0);
    const written: number[] = [];
    for (let second = 1; second <= 400; second += 1) {
      reporter.progress(`rootfs ${String(second)}`);
      const before = done(pod, 'annotations').length;
      await clock.advance(1000);
      if (done(pod, 'annotations').length > before) written.push(second);
    }
    expect(written).toEqual([10, 30, 70, 150, 270, 390]);
    reporter.progress('rootfs 390');
    await clock.advance(1_000_000);
    expect(done(pod, 'annotations').length).toBe(7);
  });

  it('goes with its phase, and before the first phase nothing is shown', async () => {
    const { reporter, story, clock, pod } = createWorld();
    reporter.progress('nothing yet');
    await clock.advance(60_000);
    expect(pod.tried).toEqual([]);
    reporter.report(story.enter('Packaging'));
    reporter.progress('packing 5%');
    await clock.advance(500);
    reporter.report(story.enter('Uploading'));
    await clock.advance(60_000);
    expect(done(pod, 'annotations').some(({ patch }) => 'packing 5%' === patch['ims.cray.com/progress'])).toBe(true);
    expect(shown(pod, 'progress')).toBeUndefined();
  });
});

describe('what stands on the pod', () => {
  const since = '2025-12-31T00:00:00Z';
  const condition = (name: string, status: 'True' | 'False', reason: string) =>
    ({ type: name, status, reason, message: '', lastTransitionTime: since }) as const;

  it('from an earlier container is taken into account: its history stays, what is stale goes', async () => {
    const pod = createFakePod({
      annotations: {
        'ims.cray.com/phase-history': `[["Preparing","${since}"]]`,
        'ims.cray.com/reason': 'SourceExpired',
        'ims.cray.com/image-id': 'old',
        'example.com/theirs': 'stays',
      },
      conditions: [condition('Ready', 'True', ''), condition('ims.cray.com/ShellReady', 'True', 'Customize')],
    });
    const { reporter, story, clock } = createWorld({ pod });
    reporter.report(story.enter('Starting'));
    await clock.advance(0);
    expect(JSON.parse(shown(pod, 'phase-history') ?? '')).toEqual([
      ['Preparing', since],
      ['Starting', '2026-01-01T00:00:00.000Z'],
    ]);
    expect(pod.annotations).toMatchObject({ 'example.com/theirs': 'stays', 'ims.cray.com/reason': 'Starting' });
    expect(pod.annotations).not.toHaveProperty('ims.cray.com/image-id');
    expect(pod.conditions.map(({ type, status }) => `${type} ${status}`)).toContain('ims.cray.com/ShellReady False');
    expect(pod.conditions.find(({ type }) => type === 'Ready')).toEqual(condition('Ready', 'True', ''));
  });

  it('and what the job itself remembers is shown once', async () => {
    const pod = createFakePod({
      annotations: { 'ims.cray.com/phase-history': `[["Preparing","${since}"],["Starting","${since}"]]` },
    });
    const { reporter, story, clock } = createWorld({ pod });
    const status = story.enter('Uploading');
    reporter.report({ ...status, history: [['Starting', since], ...status.history] });
    await clock.advance(0);
    const phases = (JSON.parse(shown(pod, 'phase-history') ?? '') as string[][]).map(([phase]) => phase);
    expect(phases).toEqual(['Preparing', 'Starting', 'Uploading']);
  });

  it('a condition has the time of its last change between true and false, and the generation it was seen at', async () => {
    const pod = createFakePod({ conditions: [condition('ims.cray.com/ImageRegistered', 'False', 'InProgress')] });
    const { reporter, story, clock } = createWorld({ pod });
    reporter.report(story.enter('WaitingOnUser'));
    await clock.advance(3_000_000);
    reporter.report(story.enter('Packaging'));
    await clock.advance(0);
    const time = (name: string): string | undefined =>
      pod.conditions.find(({ type }) => type.endsWith(name))?.lastTransitionTime;
    expect(time('ImageRegistered')).toBe(since);
    expect(time('Finished')).toBe('2026-01-01T00:00:00Z');
    expect(time('ShellReady')).toBe('2026-01-01T00:50:00Z');
    expect(done(pod, 'conditions').at(-1)).toMatchObject({ uid: 'u1', generation: 3 });
  });

  it('is not read as a history when it is none', async () => {
    const pod = createFakePod({ annotations: { 'ims.cray.com/phase-history': '{"a":[' } });
    const { reporter, story, clock } = createWorld({ pod });
    reporter.report(story.enter('Starting'));
    await clock.advance(0);
    expect(JSON.parse(shown(pod, 'phase-history') ?? '')).toHaveLength(1);
  });
});
