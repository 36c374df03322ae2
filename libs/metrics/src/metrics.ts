// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { Action } from '@ims/contract';
import type { Reporter } from '@ims/export';
import type { Logger } from '@ims/runtime';

import { CONTENT_TYPE, expositionOf } from './exposition.ts';
import { serveText } from './server.ts';

/** What metrics are made for. */
export interface MetricsOptions {
  /** 0 for any that is free. */
  readonly port: number;
  readonly action: Action;
  readonly logger: Logger;
  /** How long a client may take, in milliseconds; 5 s when left out. */
  readonly patienceMs?: number;
}

/** Serves what it is told. Never throws and never blocks the job; disposing of it ends the server and its clients. */
export interface Metrics extends Reporter, AsyncDisposable {
  /** The port; undefined when it cannot be had, which is said. */
  readonly listening: Promise<number | undefined>;
}

const PATIENCE_MS = 5000;

/** Serves the state of a job to Prometheus; no metric before the first report. */
export function createMetrics({ port, action, logger, patienceMs = PATIENCE_MS }: MetricsOptions): Metrics {
  let text = Promise.resolve('');
  let said = false;
  const nothing = (error: unknown): string => {
    if (!said) logger.warn({ err: error }, 'the metrics cannot be told; the job goes on');
    said = true;
    return '';
  };
  const server = serveText({ port, contentType: CONTENT_TYPE, text: async () => await text, logger, patienceMs });
  return {
    listening: server.listening,
    report: (status) => {
      // Made once for each report and not for each request: asking often costs nothing.
      text = expositionOf({ action, status }).catch(nothing);
    },
    // Its text is for people, and changes too often for a metric.
    progress: () => undefined,
    flush: () => Promise.resolve(),
    [Symbol.asyncDispose]: async () => await server[Symbol.asyncDispose](),
  };
}
