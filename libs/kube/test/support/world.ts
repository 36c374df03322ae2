// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { createFakeClock, onCleanup, recordingLogger, type FakeClock, type RecordingLogger } from '@ims/testing';

import type { PodReporterParts } from '../../src/book.ts';
import { reporterOf, type PodReporter } from '../../src/reporter.ts';
import { createFakePod, type FakePod } from './fake-pod.ts';
import { createStory, type Story } from './story.ts';

/** A reporter in a world of which a test owns everything. */
export interface World {
  readonly pod: FakePod;
  readonly clock: FakeClock;
  readonly logger: RecordingLogger;
  readonly story: Story;
  readonly reporter: PodReporter;
}

/** The annotation of a name, without our prefix. */
export function shown(pod: FakePod, name: string): string | undefined {
  return pod.annotations[`ims.cray.com/${name}`];
}

/** Makes a world; its reporter goes with the test. */
export function createWorld(
  given: { readonly pod?: FakePod; readonly uid?: string | undefined; readonly parts?: Partial<PodReporterParts> } = {},
): World {
  const { pod = createFakePod(), parts } = given;
  const uid = 'uid' in given ? given.uid : 'u1';
  const clock = createFakeClock();
  const logger = recordingLogger();
  const reporter = reporterOf({
    open: async () => ({ api: pod, uid, close: async () => undefined }),
    logger,
    clock,
    random: () => 1,
    callMs: 60_000,
    lastCallMs: 60_000,
    flushMs: 10_000,
    ...parts,
  });
  onCleanup(async () => {
    await reporter[Symbol.asyncDispose]();
  });
  return { pod, clock, logger, story: createStory(() => clock.now()), reporter };
}
