// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { createHash } from 'node:crypto';

import type { OwnCluster } from '@ims/cluster';
import { eventually } from '@ims/testing';
import { expect, it } from 'vitest';

import { commission } from '../publishing/base-image.ts';
import { download, unpackArchive } from '../publishing/download.ts';
import { expectPublished, statusesIn } from '../publishing/outcome.ts';
import { changedPaths, describeTree } from '../support/tree.ts';
import { describeJobs } from './bench.ts';
import { startCustomizing } from './customizing.ts';
import { annotationOf, startPodJob } from './pod-job.ts';
import { endOf } from './seen.ts';
import { expectToldTruly, historyIn } from './told.ts';

/** What an ordinary job may cost the API server: annotations, conditions and events together. */
const MOST_WRITES = 24;

/** Each of its programs looks at its pod once, when it starts: nobody asks again and again, and nobody watches. */
const READS = ['prepare', 'agent'].map(() => ({ verb: 'get', resource: 'pods', code: 200 }));

/** Every phase, in its order: first of what prepares the image, then of the agent. */
const HISTORY = [
  ...['Preparing', 'Unpacking', 'Prepared'],
  ...['Starting', 'WaitingOnUser', 'Validating', 'Packaging', 'Uploading', 'Registering', 'Succeeded'],
];

/** `rootfs 61% 88.2/143.2 MB 95 MB/s 0:01 left`, with what is stored beside it; no rate when nothing moves. */
const PROGRESS = /^rootfs(?:, \w+)* \d+% \d+\.\d\/\d+\.\d [kM]B(?: |$)/;

const JAILED = { way: 'in a jail, from a presigned address', jail: true, root: '', flag: '/tmp/complete' };
const FREE = {
  way: 'without a jail, from an s3 address',
  jail: false,
  root: '/mnt/image/image-root',
  flag: '/mnt/image/complete',
};

/** Only our own cluster counts what is read and written. */
async function expectFewCalls(own: OwnCluster, pod: Parameters<OwnCluster['writesOf']>[0], way: string): Promise<void> {
  expect(await own.readsOf(pod)).toEqual(READS);
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
      const history = historyIn(pod);
      expect(history.map(([phase]) => phase)).toEqual(HISTORY);
      expect(history.map(([, since]) => since)).toEqual(history.map(([, since]) => since).toSorted());
      expect(endOf(pod, 'sshd')).toMatchObject({ exitCode: 0 });
      const { own, namespace } = bench();
      if (own !== undefined) await expectFewCalls(own, { namespace: namespace.name, name: pod.metadata.name }, way);
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

  it('tells on its pod how far an upload is that takes long, and no more when that is over', async () => {
    const { world, job, commissioned, base } = await startCustomizing(bench(), { jail: true });
    const stall = world.proxies.s3.on({ fault: 'stall', method: 'PUT', path: /\/rootfs/ });
    expect(await job.ssh('touch /tmp/complete')).toMatchObject({ code: 0 });
    await stall.hit;
    const pod = await eventually(async () => {
      const now = await job.pod();
      return annotationOf(now, 'progress')?.startsWith('rootfs') === true ? now : undefined;
    });
    expect(annotationOf(pod, 'progress')).toMatch(PROGRESS);
    expect(annotationOf(pod, 'phase')).toBe('Uploading');
    stall.lift();
    expect(await job.ended('Complete')).toBe('CompletionsReached');
    await expectPublished(world, commissioned, [base.key]);
    expect(await expectToldTruly(job, { exitCode: 0 })).toMatchObject({ phase: 'Succeeded' });
  });
});
