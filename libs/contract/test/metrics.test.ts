// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { describe, expect, it } from 'vitest';

import { METRICS, type JobStatus, type MetricRow } from '../src/index.ts';

const rows: [string, MetricRow][] = Object.entries(METRICS);

const STATUS: JobStatus = {
  ...{ job: 'j1', phase: 'Uploading', phaseSince: '2026-11-23T05:40:11Z', reason: 'Uploading', message: '' },
  ...{ history: [], timings: { Starting: 1 }, imageId: undefined, imageName: 'image', manifest: undefined },
  ...{ artifacts: [{ name: 'kernel', type: '', path: '', size: 1, md5: '', sha256: '', etag: '' }] },
  ...{ hostKeys: [], pair: undefined },
};

describe('the table of metrics', () => {
  it.each(rows)('%s is named as Prometheus wants it: base units, and no unit twice', (name, { labels }) => {
    expect(name).toMatch(/^ims_job_[a-z]+(_[a-z]+)*$/);
    expect(name).not.toMatch(/_(total|count|sum|bucket|ms|milliseconds|kb|mb|percent)$/);
    for (const label of labels) expect(label).toMatch(/^[a-z]+(_[a-z]+)*$/);
  });

  it.each(rows)('%s has samples with exactly the labels that it is said to have', (_name, { labels, samples }) => {
    const found = samples({ action: 'create', status: STATUS });
    expect(found).not.toEqual([]);
    for (const sample of found) expect(Object.keys(sample.labels)).toEqual(labels);
  });
});
