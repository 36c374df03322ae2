// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { expect, it } from 'vitest';

import { commission } from '../publishing/base-image.ts';
import { download, unpackArchive } from '../publishing/download.ts';
import { expectPublished } from '../publishing/outcome.ts';
import { changedPaths, describeTree } from '../support/tree.ts';
import { describeJobs } from './bench.ts';
import { startPodJob } from './pod-job.ts';

describeJobs('a Job with dkms', 'dkms', (bench) => {
  it("H26 shows its user the kernel's file systems in the image, and publishes nothing of them", async () => {
    const world = await bench().startWorld();
    const { job: commissioned, base } = await commission(world);
    const source = { url: `s3://${world.objects.bucket}/${base.key}` };
    const values = { job: { jail: true, dkms: true }, runtimeClass: { dkms: '', hostKernel: true }, source };
    const job = await startPodJob(bench(), { world, job: commissioned, values });
    await job.shellReady();
    const mounted = await job.ssh("busybox awk '$2 ~ /^.(proc|sys|dev)$/ { print $2, $3 }' /proc/self/mounts");
    expect(mounted.stdout.trim().split('\n').sort()).toEqual(['/dev devtmpfs', '/proc proc', '/sys sysfs']);
    expect(await job.ssh('ls /sys/class /proc/1/stat && touch /tmp/complete')).toMatchObject({ code: 0 });
    expect(await job.ended('Complete')).toBe('CompletionsReached');
    await expectPublished(world, commissioned, [base.key]);
    const published = describeTree(await unpackArchive(`${(await download(world)).directory}/rootfs`));
    expect(changedPaths(base.tree, published)).toEqual([]);
  });
});
