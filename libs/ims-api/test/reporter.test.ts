// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { mkdir } from 'node:fs/promises';
import { afterEach, describe, expect, it } from 'vitest';

import type { JobStatus } from '@ims/contract';
import { cleanUp } from '@ims/testing';
import { createImsReporter, type ImsReporterOptions, type Outbox } from '../src/index.ts';
import { createWorld, LONG, NEVER, type World } from './world.ts';

afterEach(cleanUp);

function reporterOf(world: World, outbox: Outbox, more: Partial<ImsReporterOptions> = {}) {
  const { logger } = world;
  const reporter = createImsReporter({
    outbox,
    boundMs: LONG,
    interruptedBoundMs: 30,
    resumedLater: false,
    logger,
    ...more,
  });
  const enter = (phase: JobStatus['phase']) => reporter.report({ phase } as JobStatus);
  return { reporter, enter };
}

it('tells the status of each phase, none twice', async () => {
  const world = await createWorld();
  const outbox = await world.openOutbox();
  const { enter } = reporterOf(world, outbox);
  for (const phase of ['Starting', 'WaitingOnUser', 'Validating', 'WaitingOnUser', 'Packaging'] as const) {
    enter(phase);
    await outbox.settled(NEVER);
  }
  expect(world.ims.calls.map(({ body }) => body)).toEqual([
    { status: 'waiting_on_user' },
    { status: 'packaging_artifacts' },
  ]);
});

it('H41 tells success only when the image is announced', async () => {
  const world = await createWorld();
  const outbox = await world.openOutbox();
  const { reporter, enter } = reporterOf(world, outbox);
  const registry = world.registryOf(outbox);
  const imageId = await registry.create({ jobId: world.jobId, imageName: 'an image' }, NEVER);
  world.proxy.on({ fault: '503', method: 'PATCH', times: 3 });
  const announced = registry.announce({ imageId, imageName: 'an image', jobId: world.jobId }, NEVER);
  enter('Succeeded');
  await Promise.all([announced, reporter.flush()]);
  const told = world.ims.calls.filter(({ method }) => method === 'PATCH').map(({ body }) => body);
  expect(told).toEqual([{ resultant_image_id: imageId }, { status: 'success' }]);
});

it('H41 an interrupted job ends in error, unless another pod goes on with it', async () => {
  const world = await createWorld();
  const outbox = await world.openOutbox();
  reporterOf(world, outbox, { resumedLater: true }).enter('Interrupted');
  await outbox.settled(NEVER);
  expect(world.ims.calls).toEqual([]);
  const { reporter, enter } = reporterOf(world, outbox, { interruptedBoundMs: LONG });
  enter('Interrupted');
  await reporter.flush();
  expect(world.status()).toBe('error');
});

describe('H41 a failure that may pass', () => {
  const limited = { resumedLater: true, backoffLimit: 2 } as const;

  interface Failing extends Partial<ImsReporterOptions> {
    readonly pod?: string | undefined;
    readonly reason?: string;
  }

  async function failIn(world: World, { pod, reason = 'StoreUnavailable', ...more }: Failing) {
    const outbox = await world.openOutboxOf(world.jobId, { podUid: pod });
    const { reporter } = reporterOf(world, outbox, { ...limited, ...more });
    reporter.report({ phase: 'Failed', reason } as JobStatus);
    await reporter.flush();
    await outbox.close();
    return world.status();
  }

  it('is no error while another pod follows, and is one in the last', async () => {
    const world = await createWorld();
    const told: unknown[] = [];
    // The init container and the agent are of one pod.
    for (const pod of ['a', 'a', 'b', 'c']) told.push(await failIn(world, { pod }));
    expect(told).toEqual(['creating', 'creating', 'creating', 'error']);
  });

  it.each([
    ['is of no kind that passes', { reason: 'StoreRefused' }],
    ['is about the other container, whose exit code may end the job', { reason: 'PeerLost' }],
    ['is met where nobody says how many follow', { backoffLimit: undefined }],
    ['is met where no pod follows', { resumedLater: false }],
    ['is met in the only pod', { backoffLimit: 0 }],
    ['is met outside of a pod', { pod: undefined }],
  ] satisfies [string, Failing][])('is an error at once when it %s', async (_, failing) => {
    expect(await failIn(await createWorld(), { pod: 'a', ...failing })).toBe('error');
  });

  it('is an error when the volume cannot count the pods', async () => {
    const world = await createWorld();
    await mkdir(`${world.path}.new`);
    expect(await failIn(world, { pod: 'a' })).toBe('error');
  });
});

it('H4 waits at the end until IMS is back', async () => {
  const world = await createWorld();
  await world.ims.pause();
  const { reporter, enter } = reporterOf(world, await world.openOutbox());
  enter('Failed');
  const flushed = reporter.flush();
  await world.ims.resume();
  await flushed;
  expect(world.status()).toBe('error');
  expect(world.logger.messages('info')).toEqual(['waiting at most 20 s until IMS is told all']);
});

it('ends at the bound, says what is left and leaves it on the volume', async () => {
  const world = await createWorld();
  await world.ims.pause();
  const first = await world.openOutbox();
  const { reporter, enter } = reporterOf(world, first);
  enter('Interrupted');
  await reporter.flush();
  expect(world.logger.messages('error')).toHaveLength(1);
  await first.close();
  await world.ims.resume();
  const second = await world.openOutbox();
  await second.settled(NEVER);
  expect(world.status()).toBe('error');
});

it('H14 does not wait for hours when the secret is wrong', async () => {
  const world = await createWorld({ clientSecret: 'wrong' });
  const outbox = await world.openOutbox();
  const { reporter, enter } = reporterOf(world, outbox);
  enter('Failed');
  await reporter.flush();
  expect(world.logger.entries.at(-1)).toMatchObject({ level: 'error', fields: { err: { reason: 'TokenRefused' } } });
});

it('H6 does not wait for long any more once a signal ends the program', async () => {
  const world = await createWorld();
  await world.ims.pause();
  const stop = new AbortController();
  const { reporter, enter } = reporterOf(world, await world.openOutbox(), { signal: stop.signal });
  enter('Failed');
  const flushed = reporter.flush();
  stop.abort();
  await flushed;
  expect(world.logger.messages('error')).toHaveLength(1);
});
