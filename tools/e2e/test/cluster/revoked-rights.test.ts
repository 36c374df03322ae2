// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { expect, it } from 'vitest';

import { commission } from '../publishing/base-image.ts';
import { expectPublished } from '../publishing/outcome.ts';
import { describeJobs } from './bench.ts';
import { annotationOf, startPodJob } from './pod-job.ts';
import { endOf } from './seen.ts';

describeJobs('a Job whose agent loses its rights', 'revoked', (bench) => {
  it('while the shell is open ends as well as any, and says once what is missing', async () => {
    const { namespace } = bench();
    const world = await bench().startWorld();
    const { job: commissioned, base } = await commission(world);
    const source = { url: `s3://${world.objects.bucket}/${base.key}` };
    const job = await startPodJob(bench(), { world, job: commissioned, values: { job: { jail: true }, source } });
    await job.shellReady();
    await namespace.kubectl(['delete', 'rolebinding', '--all']);
    expect(await job.ssh('touch /tmp/complete')).toMatchObject({ code: 0 });
    expect(await job.ended('Complete')).toBe('CompletionsReached');
    await expectPublished(world, commissioned, [base.key]);
    const pod = await job.pod();
    expect(annotationOf(pod, 'phase')).toBe('WaitingOnUser');
    expect(endOf(pod, 'agent')).toMatchObject({ exitCode: 0 });
    expect(await job.status()).toMatchObject({ phase: 'Succeeded' });
    const log = await namespace.kubectl(['logs', pod.metadata.name, '--container', 'agent']);
    for (const what of ['annotations', 'conditions', 'event']) {
      const said = log.split('\n').filter((line) => line.includes(`"what":"${what}"`) && line.includes('forbidden'));
      expect(said).toHaveLength(1);
      expect(said[0]).toContain('`ims-agent check` names the command that grants it');
    }
  });
});
