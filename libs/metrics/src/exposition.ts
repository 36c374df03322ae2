// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { METRICS, type MeteredJob, type MetricRow } from '@ims/contract';

/** How the text is to be read: the format of Prometheus. */
export const CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/**
 * The metrics of a job in the text format of Prometheus. Each text is made anew, so that none holds what was true before;
 * nothing of the process itself is in it, which would take timers and memory.
 */
export async function expositionOf(job: MeteredJob): Promise<string> {
  // Loaded here: an agent that serves no metrics does not pay for the package that makes them.
  const { Gauge, Registry } = await import('prom-client');
  const registry = new Registry();
  const rows: [string, MetricRow][] = Object.entries(METRICS);
  for (const [name, { help, labels, samples }] of rows) {
    const found = samples(job);
    // A gauge without samples would say 0.
    if (found.length === 0) continue;
    const gauge = new Gauge({ name, help, labelNames: [...labels], registers: [registry] });
    for (const { labels: values, value } of found) gauge.set({ ...values }, value);
  }
  return await registry.metrics();
}
