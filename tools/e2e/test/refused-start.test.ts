// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { readFile } from 'node:fs/promises';

import { cleanUp, runProgram } from '@ims/testing';
import { afterEach, describe, expect, it } from 'vitest';

import { jobInIms } from './publishing/outcome.ts';
import { everythingSaid } from './reference/words.ts';
import { besideReferenceAgent, besideReferenceSshd } from './reference/mixed-pair.ts';
import type { Job, JobOptions } from './support/job.ts';
import { pairOf, readStatus } from './support/pair.ts';
import { startWorld, type World } from './support/world.ts';

afterEach(cleanUp);

/** As the scripts of the images start the programs: then a job depends on them. */
const IN_A_POD = { IMS_EXIT_CODES: 'drop-in' };

/** Mounts what is named for reading only, and runs the rest. */
const READ_ONLY = 'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && exec "$@"';

/** A world whose IMS knows a job that one of its halves is refused in. */
async function refusedJob(options: JobOptions): Promise<{ readonly world: World; readonly job: Job }> {
  const world = await startWorld();
  const agentEnv = { IMS_RETRY_TIMEOUT: '2', ...IN_A_POD, ...options.agentEnv };
  return { world, job: await world.createJob({ ...options, agentEnv, sshdEnv: { ...IN_A_POD, ...options.sshdEnv } }) };
}

async function terminationOf({ terminationLog }: Job): Promise<unknown> {
  return JSON.parse(await readFile(terminationLog, 'utf8')) as unknown;
}

describe('a job whose agent is refused', () => {
  it('ends, and IMS, the pod and our sshd container hear of it', async () => {
    const { world, job } = await refusedJob({ jailed: true, agentEnv: { KERNEL_FILENAME: '../vmlinuz' } });
    const pair = pairOf(job);
    expect(await pair.ends()).toEqual({ agent: 1, sshd: 1 });
    expect(jobInIms(world, job)).toMatchObject({ status: 'error', resultant_image_id: null });
    const why = {
      phase: 'Failed',
      reason: 'ConfigurationInvalid',
      message: expect.stringContaining('KERNEL_FILENAME') as string,
    };
    expect(await terminationOf(job)).toMatchObject(why);
    expect(await readStatus(job)).toMatchObject({ ...why, job: job.id });
    for (const name of ['failed', 'exiting'] as const)
      expect(await readFile(job.volume.sentinel(name), 'utf8')).toContain('ConfigurationInvalid');
    expect(await world.keys()).toEqual([]);
  });

  it('ends by hand beside a sshd container that waits for it, too', async () => {
    const { job } = await refusedJob({
      agentEnv: { IMS_EXIT_CODES: '', IMS_STORE: 'gopher://x' },
      sshdEnv: { IMS_EXIT_CODES: '' },
    });
    expect(await pairOf(job).ends()).toEqual({ agent: 2, sshd: 21 });
  });

  it.each([
    ['is missing', { IMAGE_ROOT_PARENT: '/nowhere/image' }],
    ['is no directory', { IMAGE_ROOT_PARENT: '/etc/passwd' }],
    ['cannot be written to', { IMAGE_ROOT_PARENT: '/proc/sys' }],
  ])('ends when its volume %s', async (_what, agentEnv) => {
    const { world, job } = await refusedJob({ agentEnv });
    const { end, stderr } = await runProgram({ app: 'agent', args: ['run'], env: job.agentEnv });
    expect(end.code).toBe(1);
    expect(stderr).toContain(agentEnv.IMAGE_ROOT_PARENT);
    expect(jobInIms(world, job)).toMatchObject({ status: 'error' });
    expect(await terminationOf(job)).toMatchObject({ phase: 'Failed', reason: 'PlatformUnavailable' });
  });

  it('ends when its volume is mounted for reading only', async () => {
    const { world, job } = await refusedJob({});
    const { parent } = job.volume;
    const wrapper = ['unshare', '--mount', '--propagation', 'private', 'sh', '-c', READ_ONLY, parent];
    const { end, stderr } = await runProgram({ app: 'agent', args: ['run'], env: job.agentEnv, wrapper });
    expect(end.code).toBe(1);
    expect(stderr).toMatch(/EROFS/);
    expect(jobInIms(world, job)).toMatchObject({ status: 'error' });
    expect(await terminationOf(job)).toMatchObject({ phase: 'Failed', reason: 'PlatformUnavailable' });
  });

  it('releases a sshd container that is not ours', { timeout: 120_000 }, async () => {
    const agentEnv = { ...IN_A_POD, REMOTE_BUILD_NODE: 'nid000001' };
    const pair = await besideReferenceSshd({ jailed: true, pollSeconds: 0.1, agentEnv });
    expect(await pair.ends(), everythingSaid(pair)).toEqual({ ours: 1, theirs: 0 });
    expect(pair.theirs.stdout).toContain('the user said failed');
  });
});

describe('a job whose sshd container is refused', () => {
  it('ends, and the agent tells why', async () => {
    const { world, job } = await refusedJob({ jailed: true, sshdEnv: { BUILD_ARCH: 'sparc' } });
    expect(await pairOf(job).ends()).toEqual({ agent: 1, sshd: 1 });
    expect(jobInIms(world, job)).toMatchObject({ status: 'error' });
    const why = {
      phase: 'Failed',
      reason: 'ConfigurationInvalid',
      message: expect.stringContaining('BUILD_ARCH') as string,
    };
    expect(await readStatus(job)).toMatchObject(why);
  });

  it.each([true, false])('releases an agent that is not ours; jailed: %s', { timeout: 120_000 }, async (jailed) => {
    const sshdEnv = { ...IN_A_POD, JOB_ENABLE_DKMS: 'perhaps' };
    const pair = await besideReferenceAgent({ jailed, pollSeconds: 0.1, sshdEnv });
    expect(await pair.ends(), everythingSaid(pair)).toEqual({ ours: 1, theirs: 0 });
    expect(pair.theirs.stdout).toContain('outcome error: marked as failed');
  });
});
