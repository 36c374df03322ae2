// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { ARTIFACTS, METRICS, REPORTED_PHASES, VERSION, type JobStatus, type POD_CONDITIONS } from '@ims/contract';
import { cleanUp, onCleanup, recordingLogger, scrape, type Scraped } from '@ims/testing';
import { afterEach, describe, expect, it } from 'vitest';

import { createMetrics, type Metrics } from '../src/index.ts';

afterEach(cleanUp);

const JOB = '5f0c7b0e-0b5a-4c1e-9d5e-3f6f0a7e1c11';
const SINCE = '2026-11-23T05:40:11.250Z';

const statusOf = (given: Partial<JobStatus> = {}): JobStatus => ({
  job: JOB,
  phase: 'Packaging',
  phaseSince: SINCE,
  reason: 'Packaging',
  message: 'Packs the image root into squashfs',
  history: [['Packaging', SINCE]],
  timings: { Starting: 1.5, WaitingOnUser: 3600 },
  imageId: undefined,
  imageName: 'an image',
  manifest: undefined,
  artifacts: [],
  hostKeys: [],
  pair: undefined,
  ...given,
});

const artifactOf = (name: keyof typeof ARTIFACTS, size: number): JobStatus['artifacts'][number] => ({
  ...{ name, type: ARTIFACTS[name].mime, path: `s3://boot-images/secret/${name}`, size },
  ...{ md5: 'm', sha256: 's', etag: 'e' },
});

async function served(...reports: readonly JobStatus[]): Promise<{ metrics: Metrics; seen: Scraped }> {
  const metrics = createMetrics({ port: 0, action: 'customize', logger: recordingLogger() });
  onCleanup(async () => await metrics[Symbol.asyncDispose]());
  for (const status of reports) metrics.report(status);
  const port = String(await metrics.listening);
  return { metrics, seen: await scrape(`http://127.0.0.1:${port}/metrics`) };
}

const condition = (name: keyof typeof POD_CONDITIONS, status: string, value: number) => ({
  labels: { condition: `ims.cray.com/${name}`, status },
  value,
});

describe('what Prometheus reads', () => {
  it('are the metrics of the table, with their types and their helps', async () => {
    const { seen } = await served(statusOf({ artifacts: [artifactOf('kernel', 1)] }));
    expect(seen.contentType).toBe('text/plain; version=0.0.4; charset=utf-8');
    const table = Object.entries(METRICS).map(([name, { type, help }]) => [name, { type, help }]);
    expect([...seen.metrics]).toEqual(table);
  });

  it('says which job it is', async () => {
    const { seen } = await served(statusOf());
    const labels = { job_id: JOB, action: 'customize', version: VERSION };
    expect(seen.samples('ims_job_info')).toEqual([{ labels, value: 1 }]);
  });

  it.each(Object.keys(REPORTED_PHASES) as (keyof typeof REPORTED_PHASES)[])(
    'is 1 for the phase %s when the job is in it, and 0 for each other',
    async (phase) => {
      const { seen } = await served(statusOf(), statusOf({ phase }));
      expect(seen.chosen('ims_job_phase', 'phase')).toBe(phase);
      const phases = seen.samples('ims_job_phase').map(({ labels }) => labels['phase']);
      expect(phases).toEqual(Object.keys(REPORTED_PHASES));
    },
  );

  it('says since when, and for how long it was in the phases before', async () => {
    const { seen } = await served(statusOf());
    expect(seen.samples('ims_job_phase_entered_timestamp_seconds')).toEqual([
      { labels: {}, value: Date.parse(SINCE) / 1000 },
    ]);
    expect(seen.samples('ims_job_phase_duration_seconds')).toEqual([
      { labels: { phase: 'Starting' }, value: 1.5 },
      { labels: { phase: 'WaitingOnUser' }, value: 3600 },
    ]);
  });

  it('has the conditions of the pod, each as one of two', async () => {
    const { seen } = await served(statusOf({ phase: 'WaitingOnUser' }));
    expect(seen.samples('ims_job_condition')).toEqual([
      condition('ShellReady', 'true', 1),
      condition('ShellReady', 'false', 0),
      condition('ImageRegistered', 'true', 0),
      condition('ImageRegistered', 'false', 1),
      condition('Finished', 'true', 0),
      condition('Finished', 'false', 1),
    ]);
  });

  it('has the bytes of what is stored, and says nothing of an image that is not', async () => {
    const { seen: before } = await served(statusOf());
    expect(before.metrics.has('ims_job_artifact_bytes')).toBe(false);
    const artifacts = [artifactOf('rootfs', 90_947_584), artifactOf('kernel', 14_186_432)];
    const { seen } = await served(statusOf({ phase: 'Uploading', artifacts }));
    expect(seen.samples('ims_job_artifact_bytes')).toEqual([
      { labels: { artifact: 'rootfs' }, value: 90_947_584 },
      { labels: { artifact: 'kernel' }, value: 14_186_432 },
    ]);
  });

  it('is nothing before the first report', async () => {
    const { seen } = await served();
    expect(seen.text).toBe('');
  });

  it('has no words of a user: neither a message, a name, a path nor a key', async () => {
    const { seen } = await served(
      statusOf({
        ...{ reason: 'secret', message: 'secret', imageName: 'secret', imageId: 'secret', manifest: 's3://secret' },
        ...{ hostKeys: ['ssh-ed25519 secret'], pair: 'secret', progress: 'secret', phase: 'Failed' },
        artifacts: [artifactOf('rootfs', 1)],
      }),
    );
    expect(seen.text).not.toContain('secret');
  });

  it('takes from the volume, where a user may have written, neither names nor values of its own', async () => {
    const timings = { 'x"}\nims_job_phase{phase="Succeeded"} 1\n': 1, __proto__: 2, Starting: 'NaN', Validating: 3 };
    const artifacts = [{ ...artifactOf('rootfs', 1), name: 'evil' }, artifactOf('kernel', Number.NaN)];
    const { seen } = await served(statusOf({ timings, artifacts } as unknown as Partial<JobStatus>));
    expect(seen.samples('ims_job_phase_duration_seconds')).toEqual([{ labels: { phase: 'Validating' }, value: 3 }]);
    expect(seen.metrics.has('ims_job_artifact_bytes')).toBe(false);
    expect(seen.chosen('ims_job_phase', 'phase')).toBe('Packaging');
  });

  it('stays within what the chart lets Prometheus take, with all that there can be', async () => {
    const timings = Object.fromEntries(Object.keys(REPORTED_PHASES).map((phase) => [phase, 123_456.789]));
    const names = Object.keys(ARTIFACTS) as (keyof typeof ARTIFACTS)[];
    const artifacts = names.map((name) => artifactOf(name, Number.MAX_SAFE_INTEGER));
    const { seen } = await served(statusOf({ timings, artifacts }));
    expect(Buffer.byteLength(seen.text)).toBeLessThan(8 * 1024);
    expect(seen.text.split('\n').filter((line) => /^ims_/.test(line)).length).toBeLessThan(100);
  });
});
