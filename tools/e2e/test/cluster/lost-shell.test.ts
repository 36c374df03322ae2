// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { eventually } from '@ims/testing';
import { expect, it } from 'vitest';

import { commission } from '../publishing/base-image.ts';
import { expectPublished } from '../publishing/outcome.ts';
import { describeJobs } from './bench.ts';
import { LOSSES } from './losses.ts';
import { startPodJob, type PodJob } from './pod-job.ts';
import type { SeenPod } from './seen.ts';
import { expectToldTruly } from './told.ts';

/** Another pod than this one, with an open shell. */
async function nextShell(job: PodJob, lost: SeenPod): Promise<SeenPod> {
  await eventually(async () => (await job.pod()).metadata.uid !== lost.metadata.uid);
  return await job.shellReady();
}

describeJobs('a Job whose pod', 'lost', (bench) => {
  it.each(Object.entries(LOSSES))(
    'H6 %s while the shell is open goes on in the next one, with all that the user has done',
    async (_how, lose) => {
      const world = await bench().startWorld();
      const { job: commissioned, base } = await commission(world);
      const source = { url: `s3://${world.objects.bucket}/${base.key}` };
      const job = await startPodJob(bench(), { world, job: commissioned, values: { job: { jail: true }, source } });
      const first = await job.shellReady();
      expect(await job.ssh('echo kept > /root/kept')).toMatchObject({ code: 0 });
      await lose(bench(), first);
      await nextShell(job, first);
      expect(await job.ssh('cat /root/kept')).toMatchObject({ code: 0, stdout: 'kept\n' });
      expect(await job.ssh('touch /tmp/complete')).toMatchObject({ code: 0 });
      expect(await job.ended('Complete')).toBe('CompletionsReached');
      await expectPublished(world, commissioned, [base.key]);
      expect(await expectToldTruly(job, { exitCode: 0 })).toMatchObject({ phase: 'Succeeded' });
    },
    240_000,
  );
});
