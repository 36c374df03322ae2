// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { afterEach, expect, it } from 'vitest';

import type { JobStatus } from '@ims/contract';
import { cleanUp, createFakeClock, eventually, type FakeClock } from '@ims/testing';
import { createImsReporter } from '../src/index.ts';
import { createWorld, NEVER, type World } from './world.ts';

afterEach(cleanUp);

const HOUR = 3_600_000;
const BOUND = 2 * HOUR;
const NAME = 'an image';

async function patient(world: World) {
  const clock = createFakeClock();
  const outbox = await world.openOutbox(clock);
  const registry = world.registryOf(outbox, BOUND);
  const { logger } = world;
  const options = { outbox, boundMs: BOUND, interruptedBoundMs: 10_000, resumedLater: false, logger, clock };
  const reporter = createImsReporter(options);
  return {
    clock,
    registry,
    reporter,
    create: async () => registry.create({ jobId: world.jobId, imageName: NAME }, NEVER),
  };
}

/** Lets so much time pass as soon as somebody waits. */
async function pass(clock: FakeClock, ms: number): Promise<void> {
  await eventually(() => clock.sleeping > 0);
  await clock.advance(ms);
}

it('a job whose record cannot be made waits out its bound once, and for its last status no second time', async () => {
  const world = await createWorld();
  await world.ims.pause();
  const { clock, reporter, create } = await patient(world);
  const creation = create();
  const failed = expect(creation).rejects.toMatchObject({ reason: 'ImsUnavailable' });
  await pass(clock, BOUND);
  await failed;
  reporter.report({ phase: 'Failed' } as JobStatus);
  const flushed = reporter.flush();
  await pass(clock, 10_000);
  await flushed;
  expect(clock.sleeps).toEqual([BOUND, 10_000]);
  expect(clock.monotonic()).toBe(BOUND + 10_000);
});

it('a step that is asked for again waits for what is left, and says how long it was in all', async () => {
  const world = await createWorld();
  await world.ims.pause();
  const { clock, create } = await patient(world);
  for (const [ms, inAll] of [
    [BOUND, 7200],
    [10_000, 7210],
  ] as const) {
    const creation = create();
    const failed = expect(creation).rejects.toThrow(`did not come about within ${String(inAll)} s`);
    await pass(clock, ms);
    await failed;
  }
});

it('IMS that was away and has answered is waited for as long as ever when it is away again', async () => {
  const world = await createWorld();
  await world.ims.pause();
  const { clock, registry, create } = await patient(world);
  const creation = create();
  await pass(clock, HOUR);
  await world.ims.resume();
  const imageId = await creation;
  await world.ims.pause();
  const image = { imageId, imageName: NAME, jobId: world.jobId };
  const announced = registry.announce(image, NEVER);
  await pass(clock, HOUR);
  await world.ims.resume();
  await announced;
  expect(clock.sleeps).toEqual([BOUND, BOUND]);
});
