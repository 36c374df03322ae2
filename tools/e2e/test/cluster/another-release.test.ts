// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { readFile } from 'node:fs/promises';

import { onCleanup, SOURCE_TREE } from '@ims/testing';
import { expect, it } from 'vitest';

import { expectPublished, jobInIms } from '../publishing/outcome.ts';
import { describeJobs, type Bench } from './bench.ts';
import { startCustomizing } from './customizing.ts';
import type { PodJob } from './pod-job.ts';
import { openTerminal } from './terminal.ts';
import { expectToldTruly } from './told.ts';

const KERNEL = '/boot/vmlinuz';

/** What docs/when-it-fails.md tells whoever wants to go on with the claim, of this job and in this namespace. */
async function documented(namespace: string, name: string): Promise<string> {
  const page = await readFile(`${SOURCE_TREE}/docs/when-it-fails.md`, 'utf8');
  const [, section = ''] = page.split('\n### In a cluster\n');
  const [, commands = ''] = /```sh\n([^]*?)```/.exec(section) ?? [];
  expect(commands).toContain('my-job-claim');
  return commands.replaceAll('my-job', name).replaceAll('--namespace ims ', `--namespace ${namespace} `);
}

/** Does as the page says, and gives the job as the new release has it. */
async function goOn({ namespace }: Bench, job: PodJob, key: string): Promise<PodJob> {
  const terminal = await openTerminal(namespace, key);
  const next = job.asRelease(`${job.name}-2`);
  onCleanup(async () => {
    await namespace.uninstall(next.name);
  });
  expect(await terminal.paste('sh', await documented(namespace.name, job.name))).toMatchObject({ code: 0 });
  return next;
}

describeJobs('a Job that has failed for good', 'again', (bench) => {
  it('is published by another release on its claim when the store refuses no more; its user is not asked again', async () => {
    const { world, job, commissioned, base } = await startCustomizing(bench(), { jail: true });
    const refused = world.proxies.s3.on({ fault: '403', method: 'PUT', path: /\/rootfs/ });
    expect(await job.ssh('echo made >/root/made; touch /tmp/complete')).toMatchObject({ code: 0 });
    expect(await job.ended('Failed')).toBe('PodFailurePolicy');
    expect(await expectToldTruly(job, { exitCode: 43 })).toMatchObject({ reason: 'StoreRefused' });
    expect(await world.keys()).toEqual([base.key]);
    expect(jobInIms(world, commissioned)).toMatchObject({ status: 'error' });
    expect(await readFile(`${job.directory}/image-root/root/made`, 'utf8')).toBe('made\n');
    refused.lift();
    const next = await goOn(bench(), job, commissioned.key);
    expect(await next.ended('Complete')).toBe('CompletionsReached');
    await expectPublished(world, commissioned, [base.key]);
    const { history } = await expectToldTruly(next, { exitCode: 0 });
    // Of both pods: the claim remembers what was before.
    expect(history.filter(([phase]) => phase === 'WaitingOnUser')).toHaveLength(1);
  });

  it('opens its shell again in another release when its user has to mend the image, and publishes once', async () => {
    const { world, job, commissioned, base } = await startCustomizing(bench(), { jail: true });
    expect(await job.ssh(`mv ${KERNEL} /root/kernel; touch /tmp/complete`)).toMatchObject({ code: 0 });
    expect(await job.ended('Failed')).toBe('PodFailurePolicy');
    expect(await expectToldTruly(job, { exitCode: 30 })).toMatchObject({ reason: 'ImageInvalid' });
    const next = await goOn(bench(), job, commissioned.key);
    await next.shellReady();
    expect(await next.ssh(`mv /root/kernel ${KERNEL} && touch /tmp/complete`)).toMatchObject({ code: 0 });
    expect(await next.ended('Complete')).toBe('CompletionsReached');
    await expectPublished(world, commissioned, [base.key]);
    await expectToldTruly(next, { exitCode: 0 });
  });
});
