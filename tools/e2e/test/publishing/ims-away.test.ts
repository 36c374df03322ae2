// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { access } from 'node:fs/promises';
import { afterEach, describe, expect, it } from 'vitest';

import { cleanUp, eventually, runProgram } from '@ims/testing';

import { complete, flagIn } from '../support/finish.ts';
import type { Pair } from '../support/pair.ts';
import { startWorld, type World } from '../support/world.ts';
import { onlyRecord } from './download.ts';
import { expectPublished, jobInIms, statusesIn } from './outcome.ts';

afterEach(cleanUp);

/** A bound that is over soon, for those who wait in vain from the beginning. */
const IMPATIENT = { IMS_OUTBOX_TIMEOUT: '1', IMS_CALL_TIMEOUT: '1' };

/** A bound within which a busy machine does what goes well before. */
const BOUNDED = { IMS_OUTBOX_TIMEOUT: '6' };

const PATIENT = { IMS_OUTBOX_TIMEOUT: '60', IMS_CALL_TIMEOUT: '10' };

/** A job whose agent reaches IMS itself, so that nobody answers when IMS is away. */
async function openDirect(world: World): Promise<Pair> {
  const pair = await world.startPair({ agentEnv: { IMS_URL: world.ims.url } });
  await pair.opened();
  return pair;
}

/** Resumes by hand what an earlier agent could not bring to its end. */
async function resume(pair: Pair): Promise<number | null> {
  const env = { ...pair.job.agentEnv, ...PATIENT };
  return (await runProgram({ app: 'agent', args: ['resume', pair.volume.parent], env })).end.code;
}

describe.each(['refused', 'silent'] as const)('IMS is away: %s', (how) => {
  it('H2 the shell opens and the image is packed, and the record and the last status come when IMS is back', async () => {
    const world = await startWorld();
    await world.ims.pause(how);
    const pair = await openDirect(world);
    expect(await pair.ssh('echo worked')).toMatchObject({ code: 0, stdout: 'worked\n' });
    await pair.ssh(`touch ${flagIn(pair, 'complete')}`);
    await pair.reached('Uploading');
    expect((await pair.containers.sshd.ended).code).toBe(0);
    await world.ims.resume();
    expect((await pair.containers.agent.ended).code).toBe(0);
    await expectPublished(world, pair.job);
    // What is outdated by then is not told any more: the shell is gone.
    expect(statusesIn(world)).not.toContain('waiting_on_user');
    expect(statusesIn(world).at(-1)).toBe('success');
  });
});

describe('IMS is away for long', () => {
  it('H2 ends with 51 within the bound, keeps everything on the volume, and resume publishes it once', async () => {
    const world = await startWorld();
    const pair = await world.startPair({ agentEnv: IMPATIENT });
    await pair.opened();
    await pair.ssh(`touch ${pair.volume.imageRoot}/root/kept`);
    await world.ims.pause();
    await pair.ssh(`touch ${flagIn(pair, 'complete')}`);
    expect(await pair.ends()).toEqual({ agent: 51, sshd: 0 });
    expect(await pair.status()).toMatchObject({ phase: 'Failed', reason: 'ImsUnavailable' });
    for (const path of [pair.volume.layout.archive, `${pair.volume.imageRoot}/root/kept`]) await access(path);
    expect(await world.keys()).toEqual([]);
    await world.ims.resume();
    expect(await resume(pair)).toBe(0);
    await expectPublished(world, pair.job);
  });

  it('H3 a record that cannot be linked keeps its objects, and resume links that very record', async () => {
    const world = await startWorld();
    const pair = await world.startPair({ agentEnv: BOUNDED });
    await pair.opened();
    const rule = world.proxies.ims.on({ fault: 'reset', method: 'PATCH', path: /\/images\// });
    await pair.ssh(`touch ${flagIn(pair, 'complete')}`);
    expect(await pair.ends()).toEqual({ agent: 51, sshd: 0 });
    const { id } = onlyRecord(world);
    expect(await world.keys()).toContain(`${id}/manifest.json`);
    expect(jobInIms(world, pair.job)).toMatchObject({ status: 'error', resultant_image_id: null });
    rule.lift();
    expect(await resume(pair)).toBe(0);
    expect(onlyRecord(world).id).toBe(id);
    await expectPublished(world, pair.job);
    const uploads = world.proxies.s3.requests.filter(
      ({ method, path }) => method === 'PUT' && path.endsWith('/rootfs'),
    );
    expect(uploads).toHaveLength(1);
  });
});

describe('H4 the last status is not stored', () => {
  it('the image is published meanwhile, and the status arrives when IMS can do it', async () => {
    const world = await startWorld();
    const pair = await world.startPair();
    await pair.opened();
    world.ims.failCleanup(1_000_000);
    await pair.ssh(`touch ${flagIn(pair, 'complete')}`);
    await eventually(() => world.ims.calls.some(({ status }) => status === 500));
    expect(jobInIms(world, pair.job)).toMatchObject({
      status: 'packaging_artifacts',
      resultant_image_id: onlyRecord(world).id,
    });
    expect((await pair.reached('Succeeded')).imageId).toBe(onlyRecord(world).id);
    world.ims.failCleanup(0);
    expect(await pair.ends()).toEqual({ agent: 0, sshd: 0 });
    await expectPublished(world, pair.job);
  });

  it('the agent ends with 51 when its bound is over, and resume tells the status and sends nothing else again', async () => {
    const world = await startWorld();
    const pair = await world.startPair({ agentEnv: BOUNDED });
    await pair.opened();
    world.ims.failCleanup(1_000_000);
    await pair.ssh(`touch ${flagIn(pair, 'complete')}`);
    expect(await pair.ends()).toEqual({ agent: 51, sshd: 0 });
    expect((await pair.status()).phase).toBe('Succeeded');
    world.ims.failCleanup(0);
    const before = world.proxies.s3.requests.length;
    expect(await resume(pair)).toBe(0);
    await expectPublished(world, pair.job);
    expect(world.proxies.s3.requests.slice(before).filter(({ method }) => method === 'PUT')).toEqual([]);
  });
});

describe('H2 an IMS that is only sometimes itself', () => {
  it('answers with errors, pages and resets, and still ends with one record and the last status', async () => {
    const world = await startWorld();
    const { ims } = world.proxies;
    ims.on({ fault: 'lying-200', path: /\/jobs\//, times: 1 });
    ims.on({ fault: '503', dialect: 'html', path: /\/jobs\//, times: 1 });
    ims.on({ fault: 'reset', when: 'after', method: 'POST', path: /\/images$/, times: 1 });
    ims.on({ fault: 'duplicate', method: 'PATCH', path: /\/images\//, times: 1 });
    ims.on({ fault: 'truncated-body', method: 'PATCH', path: /\/images\//, times: 1 });
    const pair = await world.startPair();
    await pair.opened();
    await complete(pair);
    await expectPublished(world, pair.job);
    expect(statusesIn(world).at(-1)).toBe('success');
  });

  it('H3 an IMS before 3.24 refuses the tag, and a request that did not arrive leaves one record', async () => {
    const world = await startWorld({ ims: { metadata: 'refused' } });
    world.proxies.ims.on({ fault: 'reset', when: 'before', method: 'POST', path: /\/images$/, nth: 2, times: 1 });
    const pair = await world.startPair({ action: 'create' });
    expect(await pair.ends()).toEqual({ agent: 0, sshd: 0 });
    await expectPublished(world, pair.job);
  });
});
