// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { rm, writeFile } from 'node:fs/promises';
import { afterEach, describe, expect, it } from 'vitest';

import { cleanUp } from '@ims/testing';

import { complete, flagIn, rootIn } from '../support/finish.ts';
import { describeTree } from '../support/tree.ts';
import { startWorld } from '../support/world.ts';
import { download, unpackArchive } from './download.ts';
import { expectNothingOutside, expectPublished, jobInIms, statusesIn } from './outcome.ts';

afterEach(cleanUp);

describe('a job that creates an image', () => {
  it('publishes what the builder made, without a shell, and tells IMS so', async () => {
    const world = await startWorld();
    const pair = await world.startPair({ action: 'create' });
    expect(await pair.ends()).toEqual({ agent: 0, sshd: 0 });
    await expectPublished(world, pair.job);
    expect(statusesIn(world)).toEqual(['packaging_artifacts', 'success']);
    const { directory } = await download(world);
    const unpacked = describeTree(await unpackArchive(`${directory}/rootfs`));
    expect([...unpacked]).toEqual([...describeTree(pair.volume.imageRoot)]);
  });

  it('publishes without kernel parameters when nobody asks for any', async () => {
    const world = await startWorld();
    const pair = await world.startPair({ action: 'create', agentEnv: { KERNEL_PARAMETERS_FILENAME: '' } });
    expect(await pair.ends()).toEqual({ agent: 0, sshd: 0 });
    const [record] = world.ims.images();
    const names = ['initrd', 'kernel', 'manifest.json', 'rootfs'];
    expect(await world.keys()).toEqual(names.map((name) => `${record?.id ?? ''}/${name}`));
  });

  it('publishes nothing of a build that failed, and tells IMS the error', async () => {
    const world = await startWorld();
    const prepare = async ({ parent }: { readonly parent: string }): Promise<void> => {
      await writeFile(`${parent}/build_failed`, '');
    };
    const pair = await world.startPair({ action: 'create', prepare });
    expect(await pair.ends()).toEqual({ agent: 11, sshd: 0 });
    await expectNothingOutside(world, pair.job);
  });

  it('H10 publishes nothing of an image without a kernel, and names what it lacks', async () => {
    const world = await startWorld();
    const prepare = async ({ imageRoot }: { readonly imageRoot: string }): Promise<void> => {
      await rm(`${imageRoot}/boot/vmlinuz`);
    };
    const pair = await world.startPair({ action: 'create', prepare });
    expect((await pair.ends()).agent).toBe(30);
    expect((await pair.status()).message).toContain('vmlinuz');
    await expectNothingOutside(world, pair.job);
  });
});

describe('a job whose user decides', () => {
  it('publishes nothing that its user has marked as failed, and tells IMS the error', async () => {
    const world = await startWorld();
    const pair = await world.startPair({ jailed: true });
    await pair.opened();
    await pair.ssh(`touch ${flagIn(pair, 'failed')}`);
    expect(await pair.ends()).toEqual({ agent: 10, sshd: 10 });
    await expectNothingOutside(world, pair.job);
    expect(statusesIn(world)).toEqual(['waiting_on_user', 'error']);
  });

  it('publishes what its user completes after IMS has deleted the job, says so, and exits with a failure', async () => {
    const world = await startWorld();
    const pair = await world.startPair({ jailed: true, agentEnv: { IMS_EXIT_CODES: 'drop-in' } });
    await pair.opened();
    await pair.ssh('true');
    world.ims.removeJob(pair.job.id);
    await pair.ssh(`touch ${flagIn(pair, 'complete')}`);
    expect(await pair.ends()).toEqual({ agent: 1, sshd: 0 });
    expect(pair.agent.stderr).toContain('deleted');
    expect(world.ims.images()).toHaveLength(1);
  });

  it('is told as today when the kernel is missing: packaging, then the error', async () => {
    const world = await startWorld();
    const env = { IMS_EXIT_CODES: 'drop-in' };
    const pair = await world.startPair({ agentEnv: env, sshdEnv: env });
    await pair.opened();
    await pair.ssh(`rm ${rootIn(pair)}/boot/vmlinuz; touch ${flagIn(pair, 'complete')}`);
    expect(await pair.ends()).toEqual({ agent: 1, sshd: 0 });
    expect(statusesIn(world)).toEqual(['waiting_on_user', 'packaging_artifacts', 'error']);
  });

  it('H10 hands an image back that lacks its kernel, and publishes it once when it is mended', async () => {
    const world = await startWorld();
    const pair = await world.startPair({ agentEnv: { IMS_ON_INVALID: 'shell' } });
    await pair.opened();
    await pair.ssh(`rm ${rootIn(pair)}/boot/vmlinuz`);
    await pair.ssh(`touch ${flagIn(pair, 'complete')}`);
    await pair.reached('WaitingOnUser', 'CompleteRefused');
    expect(world.ims.images()).toEqual([]);
    expect(await world.keys()).toEqual([]);
    expect(jobInIms(world, pair.job).status).toBe('waiting_on_user');
    await pair.ssh(`echo a kernel > ${rootIn(pair)}/boot/vmlinuz`);
    await complete(pair);
    await expectPublished(world, pair.job);
  });
});
