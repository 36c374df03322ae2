// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { readdir, readFile } from 'node:fs/promises';
import { afterEach, expect, it } from 'vitest';

import type { Manifest } from '@ims/contract';
import { cleanUp, runProgram, temporaryDirectory } from '@ims/testing';

import { sumsOf } from '../support/published.ts';
import { startWorld } from '../support/world.ts';
import { download } from './download.ts';
import { expectPublished } from './outcome.ts';

afterEach(cleanUp);

it('a site that keeps a copy has the same set in its directory, which is verified by itself', async () => {
  const world = await startWorld();
  const copies = `${await temporaryDirectory('copies')}/images`;
  const pair = await world.startPair({ action: 'create', agentEnv: { IMS_STORE_COPY: copies } });
  expect((await pair.ends()).agent).toBe(0);
  await expectPublished(world, pair.job);
  const { record, directory, manifest } = await download(world);
  expect(await readdir(copies)).toEqual([record.id]);
  const copy = `${copies}/${record.id}`;
  expect((await readdir(copy)).sort()).toEqual((await readdir(directory)).sort());
  for (const name of ['rootfs', 'kernel', 'initrd', 'boot_parameters']) {
    expect(await sumsOf(`${copy}/${name}`)).toEqual(await sumsOf(`${directory}/${name}`));
  }
  const own = JSON.parse(await readFile(`${copy}/manifest.json`, 'utf8')) as Manifest;
  const facts = (of: Manifest): unknown =>
    of.artifacts.map(({ type, md5, sha256, size }) => ({ type, md5, sha256, size }));
  expect(facts(own)).toEqual(facts(manifest));
  await world.objects.stop();
  const verified = await runProgram({ app: 'agent', args: ['verify', `${copy}/manifest.json`], env: {} });
  expect(verified.end.code).toBe(0);
});
