// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { access, open, readFile, rm, writeFile } from 'node:fs/promises';
import { afterEach, expect, it } from 'vitest';

import { cleanUp, runProgram } from '@ims/testing';

import { describeTree } from '../support/tree.ts';
import { startWorld, type World } from '../support/world.ts';
import { download, unpackArchive, type Download } from './download.ts';
import { expectPublished, statusesIn } from './outcome.ts';

afterEach(cleanUp);

/** What makes two published sets the same: all but the ids, the times and what the packer says of its own run. */
async function shapeOf({ record, manifest, directory }: Download): Promise<unknown> {
  const { id, name, arch } = record;
  const artifacts = manifest.artifacts.map(({ type, md5, sha256, link }) => ({
    type,
    path: link.path.replace(id, 'ID'),
    ...(link.path.endsWith('/rootfs') ? {} : { md5, sha256 }),
  }));
  const tree = [...describeTree(await unpackArchive(`${directory}/rootfs`))].filter(
    ([path]) => !path.startsWith('etc/cray'),
  );
  // What is made anew for each job has a time of its own.
  return { name, arch, artifacts, tree: tree.map(([path, { mode, owner, content }]) => [path, mode, owner, content]) };
}

async function changeLastByte(path: string): Promise<void> {
  await using file = await open(path, 'r+');
  const last = (await file.stat()).size - 1;
  const { buffer } = await file.read(Buffer.alloc(1), 0, 1, last);
  await file.write(Buffer.of(buffer.readUInt8() ^ 1), 0, 1, last);
}

async function runWhole(): Promise<Download> {
  const world: World = await startWorld();
  const pair = await world.startPair({ action: 'create' });
  expect((await pair.ends()).agent).toBe(0);
  return await download(world);
}

it('package, then publish, by hand: the same set as run, and nothing outside in between', async () => {
  const world = await startWorld();
  const job = await world.createJob({ action: 'create' });
  const { parent, layout } = job.volume;
  const packed = await runProgram({ app: 'agent', args: ['package', parent], env: job.agentEnv });
  expect(packed.end.code).toBe(0);
  await access(layout.archive);
  expect(world.ims.images()).toEqual([]);
  expect(await world.keys()).toEqual([]);
  expect(world.ims.calls).toEqual([]);
  const published = await runProgram({ app: 'agent', args: ['publish', parent], env: job.agentEnv });
  expect(published.end.code).toBe(0);
  await expectPublished(world, job);
  expect(statusesIn(world).at(-1)).toBe('success');
  expect(await shapeOf(await download(world))).toEqual(await shapeOf(await runWhole()));
});

it('H20 an archive that somebody has written to since it was packed is never published, only packed again', async () => {
  const world = await startWorld();
  const job = await world.createJob({ action: 'create' });
  const { parent, layout } = job.volume;
  const call = async (step: string) => await runProgram({ app: 'agent', args: [step, parent], env: job.agentEnv });
  await call('package');
  await changeLastByte(layout.archive);
  const refused = await call('publish');
  expect(refused.end.code).toBe(41);
  expect(refused.stderr).toContain('the archive has changed since it was packed');
  expect(world.ims.images()).toMatchObject([{ link: null }]);
  expect((await world.keys()).filter((key) => /rootfs|manifest/.test(key))).toEqual([]);
  expect(await world.unfinishedUploads()).toBe(0);
  await rm(layout.archive);
  expect((await call('resume')).end.code).toBe(0);
  await expectPublished(world, job);
});

it('an archive whose journal is older than its sums is published', async () => {
  const world = await startWorld();
  const job = await world.createJob({ action: 'create' });
  const { parent, layout } = job.volume;
  await runProgram({ app: 'agent', args: ['package', parent], env: job.agentEnv });
  const path = `${layout.private}/journal.jsonl`;
  const lines = await readFile(path, 'utf8');
  const older = lines.replace(/,"sums":\{[^}]*\}/, '');
  expect(older).not.toBe(lines);
  await writeFile(path, older);
  const published = await runProgram({ app: 'agent', args: ['publish', parent], env: job.agentEnv });
  expect(published.end.code).toBe(0);
  await expectPublished(world, job);
});

it('publish once more changes nothing', async () => {
  const world = await startWorld();
  const job = await world.createJob({ action: 'create' });
  for (const step of ['package', 'publish'])
    expect((await runProgram({ app: 'agent', args: [step, job.volume.parent], env: job.agentEnv })).end.code).toBe(0);
  const records = world.ims.images();
  const sent = world.proxies.s3.requests.filter(({ method }) => method === 'PUT').length;
  const again = await runProgram({ app: 'agent', args: ['publish', job.volume.parent], env: job.agentEnv });
  expect(again.end.code).toBe(0);
  expect(world.ims.images()).toEqual(records);
  expect(world.proxies.s3.requests.filter(({ method }) => method === 'PUT')).toHaveLength(sent);
});

it('publish of nothing that is packed says what to do first', async () => {
  const world = await startWorld();
  const job = await world.createJob({ action: 'create' });
  const { end, stderr } = await runProgram({ app: 'agent', args: ['publish', job.volume.parent], env: job.agentEnv });
  expect(end.code).toBe(2);
  expect(stderr).toContain('ims-agent package');
  expect(world.ims.images()).toEqual([]);
});
