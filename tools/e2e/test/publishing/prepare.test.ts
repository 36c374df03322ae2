// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { readdir, readFile, writeFile } from 'node:fs/promises';
import { afterEach, describe, expect, it } from 'vitest';

import { cleanUp, eventually, runProgram, type Program, type ProgramEnd } from '@ims/testing';

import { complete, rootIn } from '../support/finish.ts';
import type { Job } from '../support/job.ts';
import { pairOf, readStatus } from '../support/pair.ts';
import { changedPaths, describeTree } from '../support/tree.ts';
import { startWorld } from '../support/world.ts';
import { commission } from './base-image.ts';
import { download, unpackArchive } from './download.ts';
import { expectPublished, jobInIms, statusesIn } from './outcome.ts';

afterEach(cleanUp);

async function prepare(job: Job, address: string, md5 = ''): Promise<Program & { readonly end: ProgramEnd }> {
  const args = ['prepare', job.volume.parent, address];
  return await runProgram({ app: 'agent', args, env: { ...job.agentEnv, DOWNLOAD_MD5SUM: md5 } });
}

describe('an image from the store, prepared, customized and published', () => {
  it.each([
    { source: 'a presigned address', tls: false },
    { source: 'a presigned address over TLS', tls: true },
  ])('from $source: holds what it held before and what the user has made of it', async ({ tls }) => {
    const world = await startWorld({ tls });
    const { job, base } = await commission(world);
    expect((await prepare(job, await world.presign(base.key), base.md5)).end.code).toBe(0);
    expect([...describeTree(job.volume.imageRoot)]).toEqual([...base.tree]);
    expect((await readdir(job.volume.parent)).sort()).toEqual(['.ims', 'image-root']);
    const pair = pairOf(job);
    await pair.opened();
    await pair.ssh(`echo made > ${rootIn(pair)}/root/made`);
    await complete(pair);
    await expectPublished(world, job, [base.key]);
    const told = ['fetching_image', 'waiting_on_user', 'packaging_artifacts', 'success'];
    expect(statusesIn(world)).toEqual(told);
    const { directory } = await download(world);
    const published = describeTree(await unpackArchive(`${directory}/rootfs`));
    const ca = ['etc/cray', 'etc/cray/ca', 'etc/cray/ca/certificate_authority.crt'];
    expect(changedPaths(base.tree, published)).toEqual([...ca, 'root/made']);
  });

  it('comes from an s3 address too, which needs the keys of the store', async () => {
    const world = await startWorld();
    const { job, base } = await commission(world);
    expect((await prepare(job, `s3://${world.objects.bucket}/${base.key}`, base.md5)).end.code).toBe(0);
    expect([...describeTree(job.volume.imageRoot)]).toEqual([...base.tree]);
  });
});

describe('a machine that is started anew while the shell is open', () => {
  it('costs nothing once the pair has had the image root written out: the stage does not touch it', async () => {
    const world = await startWorld();
    const { job, base } = await commission(world);
    const address = await world.presign(base.key);
    expect((await prepare(job, address, base.md5)).end.code).toBe(0);
    const pair = pairOf(job);
    await pair.opened();
    const note = `${job.volume.parent}/.ims/prepare.json`;
    await eventually(async () => (await readFile(note, 'utf8')).includes('"durable":true'));
    await pair.ssh(`echo made > ${rootIn(pair)}/root/made`);
    await writeFile(note, (await readFile(note, 'utf8')).replace(/"boot":"[^"]+"/, '"boot":"another"'));
    expect((await prepare(job, address, base.md5)).end.code).toBe(0);
    expect(await readFile(`${job.volume.imageRoot}/root/made`, 'utf8')).toBe('made\n');
    await complete(pair);
    await expectPublished(world, job, [base.key]);
  });
});

describe('an image that cannot be fetched', () => {
  it('H15 because its address has expired: says so, at once, and tells IMS the error', async () => {
    const world = await startWorld();
    const { job, base } = await commission(world);
    const url = await world.presign(base.key, 1);
    // The store itself says when that is.
    await eventually(async () => (await fetch(url)).status === 403);
    const asked = (): number => world.proxies.s3.requests.filter(({ path }) => path.includes(base.key)).length;
    const before = asked();
    const { end, stderr, stdout } = await prepare(job, url, base.md5);
    expect(end.code).toBe(47);
    expect((await readStatus(job)).reason).toBe('SourceExpired');
    expect(asked()).toBe(before + 1);
    expect(jobInIms(world, job).status).toBe('error');
    for (const [, value = ''] of new URL(url).searchParams) {
      if (value.length > 16) expect(stdout + stderr).not.toContain(value);
    }
  });

  it('because it is another one than was announced: nothing of it is unpacked', async () => {
    const world = await startWorld();
    const { job, base } = await commission(world);
    const { end } = await prepare(job, await world.presign(base.key), '0'.repeat(32));
    expect(end.code).toBe(48);
    expect((await readStatus(job)).reason).toBe('SourceCorrupt');
    expect(await readdir(job.volume.parent)).not.toContain('image-root');
  });
});
