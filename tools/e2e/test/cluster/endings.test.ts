// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { expect, it } from 'vitest';

import { commission } from '../publishing/base-image.ts';
import { expectNothingOutside, expectPublished, jobInIms } from '../publishing/outcome.ts';
import { describeJobs } from './bench.ts';
import { BUILD_FAILS, startCreating } from './creating.ts';
import { startPodJob } from './pod-job.ts';
import { endOf } from './seen.ts';
import { expectToldTruly } from './told.ts';

const WHY = 'the driver does not build';

describeJobs('a Job', 'endings', (bench) => {
  it('that its user marks as failed fails once, with what the user has said', async () => {
    const world = await bench().startWorld();
    const { job: commissioned, base } = await commission(world);
    const source = { url: `s3://${world.objects.bucket}/${base.key}` };
    const job = await startPodJob(bench(), { world, job: commissioned, values: { job: { jail: true }, source } });
    await job.shellReady();
    await job.ssh(`echo '${WHY}' > /tmp/failed.new && mv /tmp/failed.new /tmp/failed`);
    expect(await job.ended('Failed')).toBe('PodFailurePolicy');
    expect(await job.pods()).toHaveLength(1);
    const status = await expectToldTruly(job, { exitCode: 10 });
    expect(status).toMatchObject({ phase: 'Failed', reason: 'MarkedFailed' });
    expect(status.message).toContain(WHY);
    expect(endOf(await job.pod(), 'sshd')).toMatchObject({ exitCode: 10 });
    expect(await world.keys()).toEqual([base.key]);
    expect(world.ims.images()).toEqual([]);
    expect(jobInIms(world, commissioned)).toMatchObject({ status: 'error', resultant_image_id: null });
  });

  it('that creates an image publishes what the builder has made', async () => {
    const { world, created, job } = await startCreating(bench(), { root: 'there', builder: ['true'] });
    expect(await job.ended('Complete')).toBe('CompletionsReached');
    await expectPublished(world, created);
    expect(await expectToldTruly(job, { exitCode: 0 })).toMatchObject({ phase: 'Succeeded' });
  });

  it('whose builder has failed fails once, and publishes nothing', async () => {
    const { world, created, job } = await startCreating(bench(), { root: 'there', builder: BUILD_FAILS });
    expect(await job.ended('Failed')).toBe('PodFailurePolicy');
    expect(await job.pods()).toHaveLength(1);
    const status = await expectToldTruly(job, { exitCode: 11 });
    expect(status).toMatchObject({ phase: 'Failed', reason: 'BuildFailed' });
    await expectNothingOutside(world, created);
  });
});
