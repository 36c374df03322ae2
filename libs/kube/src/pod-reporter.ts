// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { systemClock, type Logger } from '@ims/runtime';

import { openClient } from './client-later.ts';
import { createPodApi } from './http-pod-api.ts';
import { findOwnPod, type PodPlace } from './own-pod.ts';
import { reporterOf, type PodReporter } from './reporter.ts';

const CALL_MS = 10_000;
const LAST_CALL_MS = 3000;
const FLUSH_MS = 10_000;

/** What a pod reporter is made for. */
export interface PodReporterOptions {
  readonly place: PodPlace;
  readonly logger: Logger;
  /** How long flush() waits, in milliseconds; 10 s when left out. Keep it within the grace period of the pod. */
  readonly flushMs?: number;
}

/**
 * Makes a reporter that shows the job on its own pod: annotations, conditions and events as the tables of the contract
 * have them, in few writes, of which one at a time is under way. Where there is no cluster it says so once.
 */
export function createPodReporter(options: PodReporterOptions): PodReporter {
  const { place, logger, flushMs = FLUSH_MS } = options;
  return reporterOf({
    open: async () => {
      const pod = await findOwnPod(place);
      if (typeof pod === 'string') return { why: pod, isExpected: place.host === undefined };
      const client = await openClient(pod);
      return { api: createPodApi(pod, client), uid: pod.uid, close: async () => await client.close() };
    },
    logger,
    clock: systemClock,
    random: Math.random,
    callMs: CALL_MS,
    lastCallMs: LAST_CALL_MS,
    flushMs,
  });
}
