// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { createHash } from 'node:crypto';
import type { OwnCluster } from '@ims/cluster';
import { expect, it } from 'vitest';

import { commission } from '../publishing/base-image.ts';
import { download, unpackArchive } from '../publishing/download.ts';
import { expectPublished, statusesIn } from '../publishing/outcome.ts';
import { changedPaths, describeTree } from '../support/tree.ts';
import { describeJobs } from './bench.ts';
import { annotationOf, startPodJob } from './pod-job.ts';
import { endOf } from './seen.ts';
import { expectToldTruly } from './told.ts';

/** What an ordinary job may cost the API server: annotations, conditions and events together. */
const MOST_WRITES = 24;

const JAILED = { way: 'in a jail, from a presigned address', jail: true, root: '', flag: '/tmp/complete' };
const FREE = {
  way: 'without a jail, from an s3 address',
  jail: false,
  root: '/mnt/image/image-root',
  flag: '/mnt/image/complete',
};

/** Only our own cluster counts what is written. */
async function expectFewWrites(
  own: OwnCluster,
  pod: Parameters<OwnCluster['writesOf']>[0],
  way: string,
): Promise<void> {
  const writes = await own.writesOf(pod);
  expect(new Set(writes.map(({ resource }) => resource))).toEqual(new Set(['pods', 'pods/status', 'events']));
  expect(writes.filter(({ code }) => code >= 300)).toEqual([]);
  expect(writes.length).toBeLessThanOrEqual(MOST_WRITES);
  console.info(`the API server has counted ${String(writes.length)} writes of this job (${way})`);
}

describeJobs('a Job that customizes an image', 'customize', (bench) => {
  it.each([JAILED, FREE])(
    'publishes what its user has made of it, and says so everywhere: $way',
    async ({ way, jail, root, flag }) => {
      const world = await bench().startWorld();
      const { job: commissioned, base } = await commission(world);
      const url = jail ? await world.presign(base.key) : `s3://${world.objects.bucket}/${base.key}`;
      const values = { job: { jail }, source: { url, md5: base.md5 } };
      const job = await startPodJob(bench(), { world, job: commissioned, values });
      await job.shellReady();
      expect(await job.ssh(`echo made > ${root}/root/made`)).toMatchObject({ code: 0, stderr: '' });
      expect(await job.sftp(`put /etc/hostname ${root}/root/brought\n`)).toMatchObject({ code: 0, stderr: '' });
      expect(await job.ssh(`touch ${flag}`)).toMatchObject({ code: 0 });
      expect(await job.ended('Complete')).toBe('CompletionsReached');
      await expectPublished(world, commissioned, [base.key]);
      expect(statusesIn(world)).toEqual(['fetching_image', 'waiting_on_user', 'packaging_artifacts', 'success']);
      expect(await expectToldTruly(job, { exitCode: 0 })).toMatchObject({ phase: 'Succeeded' });
      const pod = await job.pod();
      expect(endOf(pod, 'sshd')).toMatchObject({ exitCode: 0 });
      const { own, namespace } = bench();
      if (own !== undefined) await expectFewWrites(own, { namespace: namespace.name, name: pod.metadata.name }, way);
      expect(annotationOf(pod, 'job-status')).toBe('success');
      const [, key = ''] = annotationOf(pod, 'ssh-host-key')?.split(' ') ?? [];
      const sum = createHash('sha256').update(Buffer.from(key, 'base64')).digest('base64');
      expect(annotationOf(pod, 'ssh-host-key-fingerprint')).toBe(`SHA256:${sum.replace(/=+$/, '')}`);
      const { record, manifest, directory } = await download(world);
      expect(annotationOf(pod, 'image-id')).toBe(record.id);
      const stored = manifest.artifacts.map(({ type, size, md5, sha256, link }) => ({
        ...{ type, size, md5, sha256 },
        ...{ path: link.path, etag: link.etag },
      }));
      expect(JSON.parse(annotationOf(pod, 'artifacts') ?? '')).toEqual(stored);
      const published = describeTree(await unpackArchive(`${directory}/rootfs`));
      expect(changedPaths(base.tree, published)).toEqual(['root/brought', 'root/made']);
    },
  );
});
