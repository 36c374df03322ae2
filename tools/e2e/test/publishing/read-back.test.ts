// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';

import { cleanUp, runProgram, type ProgramEnd } from '@ims/testing';

import { startWorld, type World } from '../support/world.ts';
import { onlyRecord } from './download.ts';
import { expectPublished } from './outcome.ts';

afterEach(cleanUp);

/** The file in which the store keeps an object of the one image. */
function fileOf(world: World, name: string): string {
  return `${world.objects.directory}/${world.objects.bucket}/${onlyRecord(world).id}/${name}`;
}

function changeByte(path: string): void {
  const bytes = readFileSync(path);
  const middle = Math.floor(bytes.length / 2);
  bytes[middle] = (bytes[middle] ?? 0) ^ 1;
  writeFileSync(path, bytes);
}

function shorten(path: string): void {
  truncateSync(path, statSync(path).size - 1);
}

async function verify(world: World): Promise<{ readonly end: ProgramEnd; readonly stderr: string }> {
  const manifest = onlyRecord(world).link?.path ?? '';
  return await runProgram({ app: 'agent', args: ['verify', manifest], env: world.agentEnv });
}

async function publish(): Promise<World> {
  const world = await startWorld();
  const pair = await world.startPair({ action: 'create' });
  expect((await pair.ends()).agent).toBe(0);
  return world;
}

describe('H20 an object that is not what was sent, behind the back of the agent', () => {
  it('is sent again when it is cut right after it was stored', async () => {
    const world = await startWorld();
    // The question that comes before the object is sent is the first.
    const asked = world.proxies.s3.on({ fault: '503', method: 'HEAD', path: /\/kernel$/, nth: 2, times: 1 });
    const cut = asked.hit.then(() => {
      shorten(fileOf(world, 'kernel'));
    });
    const pair = await world.startPair({ action: 'create' });
    expect((await pair.ends()).agent).toBe(0);
    await cut;
    await expectPublished(world, pair.job);
    const sent = world.proxies.s3.requests.filter(({ method, path }) => method === 'PUT' && path.endsWith('/kernel'));
    expect(sent).toHaveLength(2);
    expect((await verify(world)).end.code).toBe(0);
  });

  it('is never published when it is cut before the manifest names it', async () => {
    const world = await startWorld();
    // No manifest is written before every object has been asked for once more.
    const pair = await world.startPair({ action: 'create' });
    const asked = world.proxies.s3.on({ fault: '503', method: 'HEAD', path: /\/rootfs$/, nth: 3, times: 1 });
    const cut = asked.hit.then(() => {
      shorten(fileOf(world, 'rootfs'));
    });
    expect((await pair.ends()).agent).toBe(41);
    await cut;
    expect((await pair.status()).reason).toBe('VerificationFailed');
    expect(onlyRecord(world).link).toBeNull();
    expect(await world.keys()).not.toContain(`${onlyRecord(world).id}/manifest.json`);
  });
});

describe('H20 ims-agent verify of an image in S3', () => {
  it('ends with 0 when all is as it was published', async () => {
    expect((await verify(await publish())).end.code).toBe(0);
  });

  it.each(['rootfs', 'kernel', 'boot_parameters'])('ends with 41 when one byte of %s has changed', async (name) => {
    const world = await publish();
    changeByte(fileOf(world, name));
    const { end, stderr } = await verify(world);
    expect(end.code).toBe(41);
    expect(stderr).toContain(`/${name} is not what its manifest says`);
  });

  it('says that an object is gone, and ends with a failure', async () => {
    const world = await publish();
    rmSync(fileOf(world, 'initrd'));
    const { end, stderr } = await verify(world);
    expect(end.code).toBe(41);
    expect(stderr).toContain('/initrd');
  });

  it('says that the image itself is gone', async () => {
    const world = await publish();
    rmSync(fileOf(world, 'manifest.json'));
    const { end, stderr } = await verify(world);
    expect(end.code).not.toBe(0);
    expect(stderr).toContain('/manifest.json');
  });
});
