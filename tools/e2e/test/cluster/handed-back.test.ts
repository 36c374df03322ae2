// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { KUBERNETES_PREFIX } from '@ims/contract';
import { eventually } from '@ims/testing';
import { expect, it } from 'vitest';

import { commission } from '../publishing/base-image.ts';
import { expectPublished, jobInIms } from '../publishing/outcome.ts';
import { describeJobs, type Bench } from './bench.ts';
import { annotationOf, startPodJob } from './pod-job.ts';
import { endOf } from './seen.ts';
import { expectToldTruly } from './told.ts';

const KERNEL = '/boot/vmlinuz';

async function startWithoutKernel(bench: Bench) {
  const world = await bench.startWorld();
  const { job: commissioned, base } = await commission(world);
  const source = { url: `s3://${world.objects.bucket}/${base.key}` };
  const job = await startPodJob(bench, { world, job: commissioned, values: { job: { jail: true }, source } });
  await job.shellReady();
  expect(await job.ssh(`mv ${KERNEL} /root/kernel`)).toMatchObject({ code: 0 });
  return { world, commissioned, base, job };
}

describeJobs('H10 a Job whose image lacks its kernel when its user says complete', 'invalid', (bench) => {
  it('goes back to somebody at a terminal with the reason everywhere, and ends well when that is mended', async () => {
    const { world, commissioned, base, job } = await startWithoutKernel(bench());
    const terminal = await job.login();
    terminal.type('echo at-$((40 + 2))\n');
    await terminal.waitFor('at-42');
    terminal.type('touch /tmp/complete\n');
    await terminal.waitFor(/complete was taken back: [^]*vmlinuz/);
    const { message } = await job.reached('WaitingOnUser');
    expect(message).toContain('vmlinuz');
    terminal.type('cat /tmp/complete.refused; ls /tmp/complete; echo then-$((40 + 3))\n');
    const said = await terminal.waitFor('then-43');
    expect(said.slice(said.indexOf('/tmp/complete.refused;'))).toMatch(/vmlinuz[^]*No such file/);
    const refused = 'jsonpath={.metadata.annotations.ims\\.cray\\.com/reason}=CompleteRefused';
    const { name } = (await job.pod()).metadata;
    await bench().namespace.kubectl(['wait', `pod/${name}`, `--for=${refused}`, '--timeout=180s']);
    const pod = await job.pod();
    expect(annotationOf(pod, 'phase')).toBe('WaitingOnUser');
    expect(annotationOf(pod, 'message')).toBe(message);
    // It never closed: that a condition holds for another reason is no write of its own.
    expect(pod.status.conditions?.find(({ type }) => type === `${KUBERNETES_PREFIX}ShellReady`)?.status).toBe('True');
    const warning = await eventually(async () => (await job.events()).find(({ type }) => type === 'Warning'));
    expect(warning).toMatchObject({ reason: 'CompleteRefused', note: expect.stringContaining(message) as string });
    terminal.type(`mv /root/kernel ${KERNEL} && touch /tmp/complete\n`);
    expect(await job.ended('Complete')).toBe('CompletionsReached');
    await terminal.ended;
    await expectPublished(world, commissioned, [base.key]);
    expect(await expectToldTruly(job, { exitCode: 0 })).toMatchObject({ phase: 'Succeeded' });
  });

  it('fails once when only a program is there, which would wait for ever', async () => {
    const { world, commissioned, base, job } = await startWithoutKernel(bench());
    expect(await job.ssh('touch /tmp/complete')).toMatchObject({ code: 0 });
    expect(await job.ended('Failed')).toBe('PodFailurePolicy');
    expect(await job.pods()).toHaveLength(1);
    const status = await expectToldTruly(job, { exitCode: 30 });
    expect(status).toMatchObject({ phase: 'Failed', reason: 'ImageInvalid' });
    expect(status.message).toContain('vmlinuz');
    expect(endOf(await job.pod(), 'sshd')).toMatchObject({ exitCode: 30 });
    expect(await world.keys()).toEqual([base.key]);
    expect(jobInIms(world, commissioned)).toMatchObject({ status: 'error', resultant_image_id: null });
  });
});
