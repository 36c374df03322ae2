// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { expect, it } from 'vitest';

import { commission } from '../publishing/base-image.ts';
import { jobInIms } from '../publishing/outcome.ts';
import { describeJobs, type Bench } from './bench.ts';
import { startPodJob, type PodJob, type PodJobOptions } from './pod-job.ts';
import { endOf } from './seen.ts';

/** A job that customizes an image of the store, one of whose programs cannot begin. */
async function startRefused(bench: Bench, env: PodJobOptions['values'][string]) {
  const world = await bench.startWorld();
  const { job: commissioned, base } = await commission(world);
  const source = { url: `s3://${world.objects.bucket}/${base.key}` };
  const values = { job: { jail: true }, source, env };
  return { world, commissioned, job: await startPodJob(bench, { world, job: commissioned, values }) };
}

/** The Job has failed once, and its pod says why. */
async function expectRefused(job: PodJob, name: string): Promise<void> {
  expect(await job.ended('Failed')).toBe('PodFailurePolicy');
  expect(await job.pods()).toHaveLength(1);
  const { annotations } = (await job.pod()).metadata;
  expect(annotations).toMatchObject({
    'ims.cray.com/phase': 'Failed',
    'ims.cray.com/reason': 'ConfigurationInvalid',
    'ims.cray.com/message': expect.stringContaining(name) as string,
  });
  expect((await job.events()).find(({ type }) => type === 'Warning')?.note).toContain(name);
}

describeJobs('a Job whose configuration is refused', 'refused', (bench) => {
  it('fails before its image is fetched when the agent could not begin', async () => {
    const { world, commissioned, job } = await startRefused(bench(), { agent: { IMS_PEER_TIMEOUT: 'soon' } });
    await expectRefused(job, 'IMS_PEER_TIMEOUT');
    const [prepare] = (await job.pod()).status.initContainerStatuses ?? [];
    expect(prepare?.state.terminated).toMatchObject({ exitCode: 2 });
    expect(JSON.parse(prepare?.state.terminated?.message ?? '')).toMatchObject({ reason: 'ConfigurationInvalid' });
    expect(jobInIms(world, commissioned)).toMatchObject({ status: 'error', resultant_image_id: null });
  });

  it('fails when the sshd container could not begin, and the agent tells why', async () => {
    const { world, commissioned, job } = await startRefused(bench(), { sshd: { IMS_PEER_TIMEOUT: 'soon' } });
    await expectRefused(job, 'IMS_PEER_TIMEOUT');
    for (const container of ['agent', 'sshd']) expect(endOf(await job.pod(), container)).toMatchObject({ exitCode: 2 });
    expect(jobInIms(world, commissioned)).toMatchObject({ status: 'error', resultant_image_id: null });
  });
});
