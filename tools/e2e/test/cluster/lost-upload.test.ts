// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { expect, it } from 'vitest';

import { commission } from '../publishing/base-image.ts';
import { expectPublished } from '../publishing/outcome.ts';
import { describeJobs } from './bench.ts';
import { LOSSES, type Loss } from './losses.ts';
import { startPodJob } from './pod-job.ts';
import { expectToldTruly } from './told.ts';

/** A drain, and what no program can prepare for. */
const HARD: readonly [string, Loss][] = Object.entries(LOSSES).filter(([how]) => /evicted|agent/.test(how));

describeJobs('a Job whose pod', 'uploading', (bench) => {
  it.each(HARD)(
    'H3 %s during the upload ends it in the next one, with one record and one set of objects',
    async (_how, lose) => {
      const world = await bench().startWorld();
      const { job: commissioned, base } = await commission(world);
      const source = { url: `s3://${world.objects.bucket}/${base.key}` };
      const job = await startPodJob(bench(), { world, job: commissioned, values: { job: { jail: true }, source } });
      const first = await job.shellReady();
      const stall = world.proxies.s3.on({ fault: 'stall', method: 'PUT', path: /\/rootfs/, times: 1 });
      expect(await job.ssh('touch /tmp/complete')).toMatchObject({ code: 0 });
      await stall.hit;
      await lose(bench(), first);
      expect(await job.ended('Complete')).toBe('CompletionsReached');
      expect((await job.pod()).metadata.uid).not.toBe(first.metadata.uid);
      await expectPublished(world, commissioned, [base.key]);
      expect(await expectToldTruly(job, { exitCode: 0 })).toMatchObject({ phase: 'Succeeded' });
    },
    240_000,
  );
});
