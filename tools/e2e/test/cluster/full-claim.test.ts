// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { execFile } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { promisify } from 'node:util';

import { eventually, signalTo } from '@ims/testing';
import { expect, it } from 'vitest';

import { commission } from '../publishing/base-image.ts';
import { expectPublished, statusesIn } from '../publishing/outcome.ts';
import { enlarge } from '../support/large-image.ts';
import type { World } from '../support/world.ts';
import { describeJobsOnOwn, type Bench } from './bench.ts';
import { annotationOf, startPodJob, type PodJob } from './pod-job.ts';
import { processNamed } from './pod-processes.ts';
import { expectToldTruly } from './told.ts';

const run = promisify(execFile);

/** What no compression makes smaller, in MiB: the archive needs as much again. */
const LARGE = 24;

interface Filling {
  readonly job: PodJob;
  readonly world: World;
  /** The image is published once, and everything says so. */
  readonly expectDone: () => Promise<void>;
}

describeJobsOnOwn('a Job on a claim', 'full', (bench) => {
  it('H16 that is too small for its image says so, and goes on when the claim has grown', async () => {
    const { job, world, expectDone } = await startOn(bench(), '16Mi');
    const first = await job.pod();
    await eventually(async () => (await job.status()).reason === 'NoSpace');
    expect(await job.status()).toMatchObject({
      phase: 'Failed',
      message: expect.stringMatching(/takes at least .* are free/) as string,
    });
    await run('mount', ['-o', 'remount,size=128m', job.directory]);
    await eventually(async () => (await job.pod()).metadata.uid !== first.metadata.uid);
    await job.shellReady();
    await job.ssh('touch /tmp/complete');
    await expectDone();
    // What the next pod gets over is no end.
    expect(statusesIn(world)).not.toContain('error');
    expect(statusesIn(world).at(-1)).toBe('success');
  });

  it.each([
    ['bytes', 'cat /dev/zero > /root/fill', 'size=128m'],
    ['inodes', 'i=0; while : > /root/fill.$i; do i=$((i+1)); done', 'nr_inodes=600'],
  ])(
    'H10 H16 that its user fills gives the shell back with the reason, and takes the next complete: %s',
    async (_what, fill, limit) => {
      const { job, expectDone } = await startOn(bench(), '128Mi', { onInvalid: 'shell' });
      await job.shellReady();
      await run('mount', ['-o', `remount,${limit}`, job.directory]);
      await job.ssh('touch /tmp/complete.new');
      expect((await job.ssh(fill)).stderr).toMatch(/No space|cannot create/);
      await job.ssh('mv /tmp/complete.new /tmp/complete');
      const why = await eventually(
        async () => await readFile(`${job.directory}/image-root/tmp/complete.refused`, 'utf8').catch(() => undefined),
      );
      expect(why).toMatch(/free and .*needed/);
      expect(await job.ssh('rm /root/fill*')).toMatchObject({ code: 0 });
      expect(await job.ssh('touch /tmp/complete')).toMatchObject({ code: 0 });
      await expectDone();
    },
  );

  it('H16 that is full while the image is packed keeps the image, and goes on when there is room', async () => {
    const { job, expectDone } = await startOn(bench(), '128Mi');
    const pod = await job.shellReady();
    const packer = processNamed(pod, 'mksquashfs');
    expect(await job.ssh('echo kept > /root/kept; touch /tmp/complete')).toMatchObject({ code: 0 });
    const { pid } = await packer;
    signalTo(pid, 'SIGSTOP');
    await run('sh', ['-c', 'cat /dev/zero > "$0/filler"', job.directory]).catch(() => undefined);
    signalTo(pid, 'SIGCONT');
    // Not by the status file: whoever fills the claim may have taken the room that is kept for it, too.
    await eventually(async () => (await job.pods()).some((one) => annotationOf(one, 'reason') === 'NoSpace'));
    expect(await readFile(`${job.directory}/image-root/root/kept`, 'utf8')).toBe('kept\n');
    await rm(`${job.directory}/filler`);
    await expectDone();
  });
});

async function startOn(bench: Bench, room: string, more: { readonly onInvalid?: string } = {}): Promise<Filling> {
  const world = await bench.startWorld();
  const { job: commissioned, base } = await commission(world, async (volume) => {
    await enlarge(volume, LARGE);
  });
  const values = { job: { jail: true, ...more }, source: { url: `s3://${world.objects.bucket}/${base.key}` } };
  const job = await startPodJob(bench, { world, job: commissioned, values, room });
  return {
    job,
    world,
    expectDone: async () => {
      expect(await job.ended('Complete')).toBe('CompletionsReached');
      await expectPublished(world, commissioned, [base.key]);
      expect(await expectToldTruly(job, { exitCode: 0 })).toMatchObject({ phase: 'Succeeded' });
    },
  };
}
