// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

import { ARTIFACTS, ERRORS, type Manifest } from '@ims/contract';
import type { ImsImage, Program } from '@ims/testing';
import { expect } from 'vitest';

import { readStatus } from '../support/pair.ts';
import { sumsOf } from '../support/published.ts';
import { changedPaths, describeTree } from '../support/tree.ts';
import type { World } from '../support/world.ts';
import type { Bench } from './bench.ts';
import type { Refused } from './steps.ts';

const run = promisify(execFile);

/** What was in the world before a job began. */
export interface Before {
  readonly images: readonly string[];
  readonly keys: readonly string[];
  readonly uploads: number;
}

export async function lookAround(world: World): Promise<Before> {
  return {
    images: world.ims.images().map(({ id }) => id),
    keys: await world.keys(),
    uploads: await world.unfinishedUploads(),
  };
}

/** Exactly one image, whole and linked, and nothing else that would be the job's. */
export async function expectPublishedOnce(world: World, bench: Bench, before: Before): Promise<void> {
  const { id, link } = onlyOne(imagesSince(world, before));
  const { job } = bench;
  const names = [...Object.keys(ARTIFACTS), 'manifest.json'];
  expect(await keysSince(world, before)).toEqual(names.map((name) => `${id}/${name}`).sort());
  expect(await world.unfinishedUploads(), 'unfinished uploads').toBe(before.uploads);
  expect(world.ims.jobs().find((known) => known.id === job.id)).toMatchObject({
    status: 'success',
    resultant_image_id: id,
  });
  expect(link).toMatchObject({ path: `s3://${world.objects.bucket}/${id}/manifest.json`, type: 's3' });
  await expectRightManifest(world, id, link?.etag);
  await expectSameBytes(world, id, job.volume.imageRoot);
  expect(changesOf(bench)).toEqual([]);
  expect(await untold(bench)).toEqual([]);
}

/** A clear reason, the exit code that goes with it, the user's work, and nothing half done that others could see. */
export async function expectGivenUp(
  world: World,
  bench: Bench,
  end: { readonly agent: Program; readonly refused: Refused; readonly before: Before },
): Promise<void> {
  const { agent, before } = end;
  const { reason, phase, says, status } = end.refused;
  expect(await agent.ended, agent.stderr).toEqual({ code: ERRORS[reason].exit, signal: null });
  const told = await readStatus(bench.job);
  expect(told).toMatchObject({ phase, reason: phase === 'Failed' ? reason : phase });
  // A job that has succeeded has no reason to tell: only its log knows what IMS does not.
  expect(phase === 'Failed' ? told.message : agent.stderr).toMatch(says);
  expect(world.ims.jobs().find(({ id }) => id === bench.job.id)).toMatchObject({ status });
  await expectTreeKept(bench);
  expect(await world.unfinishedUploads(), `unfinished uploads\n${agent.stderr}`).toBe(before.uploads);
  const images = imagesSince(world, before);
  expect(images.filter(({ link }) => link === null)).toEqual([]);
  if (images.length === 0) expect(await keysSince(world, before)).toEqual([]);
}

/** The image root as it was; one that was not there yet has left no half of itself, nor of what it comes from. */
async function expectTreeKept(bench: Bench): Promise<void> {
  if (bench.isTreeThere) expect(changesOf(bench)).toEqual([]);
  else expect(await readdir(bench.job.volume.parent)).toEqual(['.ims']);
}

function imagesSince({ ims }: World, { images }: Before): readonly ImsImage[] {
  return ims.images().filter(({ id }) => !images.includes(id));
}

async function keysSince(world: World, { keys }: Before): Promise<readonly string[]> {
  return (await world.keys()).filter((key) => !keys.includes(key));
}

function onlyOne(images: readonly ImsImage[]): ImsImage {
  expect(images, 'image records of the job').toHaveLength(1);
  const [image] = images;
  if (image === undefined) throw new Error('there is no image record');
  return image;
}

/** Every sum of the manifest is that of the bytes which the store holds, and IMS knows the manifest itself. */
async function expectRightManifest({ objects }: World, id: string, etag: string | undefined): Promise<void> {
  const directory = `${objects.directory}/${objects.bucket}/${id}`;
  const bytes = await readFile(`${directory}/manifest.json`);
  expect(etag).toBe(createHash('md5').update(bytes).digest('hex'));
  const { artifacts } = JSON.parse(bytes.toString('utf8')) as Manifest;
  const found = Object.values(ARTIFACTS).map(async ({ key, mime }) => ({
    ...(await sumsOf(`${directory}/${key}`)),
    type: mime,
    path: `s3://${objects.bucket}/${id}/${key}`,
  }));
  expect(artifacts.map(({ type, md5, sha256, size, link }) => ({ type, md5, sha256, size, path: link.path }))).toEqual(
    await Promise.all(found),
  );
}

/** What is published is what the user has. */
async function expectSameBytes({ objects }: World, id: string, imageRoot: string): Promise<void> {
  const directory = `${objects.directory}/${objects.bucket}/${id}`;
  const files = { kernel: 'vmlinuz', initrd: 'initrd', boot_parameters: 'kernel-parameters' };
  for (const [key, name] of Object.entries(files)) {
    expect(await sumsOf(`${directory}/${key}`)).toEqual(await sumsOf(`${imageRoot}/boot/${name}`));
  }
  const { stdout } = await run('unsquashfs', ['-cat', `${directory}/rootfs`, 'etc/os-release']);
  expect(stdout).toBe(await readFile(`${imageRoot}/etc/os-release`, 'utf8'));
}

/** Paths of the image root that differ from what it held, apart from the CA that every image gets. */
function changesOf({ job, tree }: Bench): readonly string[] {
  const paths = changedPaths(tree, describeTree(job.volume.imageRoot));
  return paths.filter((path) => !/^etc\/cray(\/|$)/.test(path));
}

/** What IMS has yet to be told. */
async function untold({ job }: Bench): Promise<unknown> {
  const text = await readFile(`${job.volume.layout.private}/outbox.json`, 'utf8');
  return (JSON.parse(text) as { readonly calls: unknown }).calls;
}
