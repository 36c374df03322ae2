// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { eventually } from '@ims/testing';
import { expect, it } from 'vitest';

import { commission } from '../publishing/base-image.ts';
import { download, unpackArchive } from '../publishing/download.ts';
import { expectPublished, jobInIms, statusesIn } from '../publishing/outcome.ts';
import { changedPaths, describeTree } from '../support/tree.ts';
import type { World } from '../support/world.ts';
import { describeJobs, type Bench } from './bench.ts';
import { startImsJob, type ImsPodJob, type ImsPodJobOptions } from './ims-job.ts';
import { endOf } from './seen.ts';

/** A job of a site whose IMS knows nothing of us but the names of the images, with its shell open. */
async function opened(
  bench: Bench,
  { jail }: { readonly jail: boolean },
): Promise<ImsPodJobOptions & { readonly pod: ImsPodJob }> {
  const world = await bench.startWorld({ tls: true });
  const options = { world, jail, ...(await commission(world)) };
  const pod = await startImsJob(bench, options);
  await isWaiting(world);
  return { ...options, pod };
}

/** IMS says so, as clients of today ask it: an account without rights can write nothing on the pod. */
async function isWaiting(world: World): Promise<void> {
  await eventually(() => statusesIn(world).at(-1) === 'waiting_on_user');
}

describeJobs('a Job as IMS makes it today, with the images in the place of its own', 'drop-in', (bench) => {
  it.each([
    { way: 'in a jail', jail: true, root: '', flag: '/tmp/complete' },
    { way: 'without a jail', jail: false, root: '/mnt/image/image-root', flag: '/mnt/image/complete' },
  ])(
    'publishes what its user has made of it, by the scripts and the entrypoint in the images: $way',
    async ({ jail, root, flag }) => {
      const { world, job, base, pod } = await opened(bench(), { jail });
      expect(await pod.ssh('true')).toMatchObject({ code: 0 });
      expect(await pod.ssh(`echo made > ${root}/root/made && touch ${flag}`)).toMatchObject({ code: 0 });
      const ended = await pod.complete();
      for (const container of ['buildenv-sidecar', 'sshd'])
        expect(endOf(ended, container)).toMatchObject({ exitCode: 0 });
      expect(statusesIn(world)).toEqual(['fetching_image', 'waiting_on_user', 'packaging_artifacts', 'success']);
      await expectPublished(world, job, [base.key]);
      const { directory } = await download(world);
      const published = describeTree(await unpackArchive(`${directory}/rootfs`));
      expect(changedPaths(base.tree, published)).toEqual([...CERTIFICATE, 'root/made']);
    },
  );

  it('exits with 0 when its user marks it as failed, and tells IMS of the error', async () => {
    const { world, job, base, pod } = await opened(bench(), { jail: true });
    expect(await pod.ssh('touch /tmp/failed')).toMatchObject({ code: 0 });
    const ended = await pod.complete();
    for (const container of ['buildenv-sidecar', 'sshd'])
      expect(endOf(ended, container)).toMatchObject({ exitCode: 0 });
    expect(statusesIn(world)).toEqual(['fetching_image', 'waiting_on_user', 'error']);
    expect(jobInIms(world, job)).toMatchObject({ status: 'error', resultant_image_id: null });
    expect(await world.keys()).toEqual([base.key]);
    expect(world.ims.images()).toEqual([]);
  });
});

/** What a site's authority adds to every image. */
const CERTIFICATE = ['etc/cray', 'etc/cray/ca', 'etc/cray/ca/certificate_authority.crt'];
