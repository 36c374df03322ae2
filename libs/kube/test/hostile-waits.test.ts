// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { afterEach, expect, it } from 'vitest';

import { cleanUp, createFakeClock, HOSTILE_WAITS, onCleanup, passBetweenAttempts, recordingLogger } from '@ims/testing';

import { openClient } from '../src/client-later.ts';
import { createPodApi } from '../src/http-pod-api.ts';
import { findOwnPod } from '../src/own-pod.ts';
import { reporterOf } from '../src/reporter.ts';
import { failure, startFakeCluster } from './support/fake-cluster.ts';
import { createStory } from './support/story.ts';

afterEach(cleanUp);

it.each(HOSTILE_WAITS)('H46 an API server that sends us away until %s is not called more often', async (_, headers) => {
  const cluster = await startFakeCluster();
  const refused = Array.from({ length: 100 }, () => () => ({ ...failure(429, 'slowly'), headers }));
  cluster.answers.push(...refused);
  const pod = await findOwnPod(cluster.place);
  if (typeof pod === 'string') throw new Error(pod);
  const client = await openClient(pod);
  const clock = createFakeClock();
  const reporter = reporterOf({
    open: async () => ({ api: createPodApi(pod, client), uid: pod.uid, close: async () => await client.close() }),
    logger: recordingLogger(),
    clock,
    random: Math.random,
    callMs: 60_000,
    lastCallMs: 60_000,
    flushMs: 10_000,
  });
  onCleanup(async () => await reporter[Symbol.asyncDispose]());
  reporter.report(createStory(() => clock.now()).enter('Starting'));
  await passBetweenAttempts(clock, 60_000);
  expect(cluster.requests.length).toBeGreaterThan(0);
  expect(cluster.requests.length).toBeLessThanOrEqual(11);
});
