// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { readdir, writeFile } from 'node:fs/promises';
import { afterEach, expect, it } from 'vitest';

import { cleanUp } from '@ims/testing';

import { flagIn } from './support/finish.ts';
import { openPair, startPair } from './support/pair.ts';
import { publishedImages, unpack } from './support/published.ts';
import { describeTree } from './support/tree.ts';

afterEach(cleanUp);

const buildFailed = {
  action: 'create',
  prepare: async ({ parent }: { parent: string }) => {
    await writeFile(`${parent}/build_failed`, '');
  },
} as const;

it('publishes what the builder made, with the CA, without a shell and without a single flag', async () => {
  const pair = await startPair({ action: 'create' });
  expect(await pair.ends()).toEqual({ agent: 0, sshd: 0 });
  const { phase, history } = await pair.status();
  expect(phase).toBe('Succeeded');
  expect(history.map(([name]) => name)).not.toContain('WaitingOnUser');
  expect((await readdir(pair.volume.parent)).sort()).toEqual(['.ims', 'build']);
  expect(await readdir(pair.volume.config)).toEqual([]);
  const published = describeTree(await unpack(pair.job));
  expect(published.has('etc/cray/ca/certificate_authority.crt')).toBe(true);
  expect([...published]).toEqual([...describeTree(pair.volume.imageRoot)]);
});

it('ends at once when the build failed and nobody asked for a shell: 11 for the agent, 0 for sshd', async () => {
  const pair = await startPair(buildFailed);
  expect(await pair.ends()).toEqual({ agent: 11, sshd: 0 });
  expect(await pair.status()).toMatchObject({ phase: 'Failed', reason: 'BuildFailed' });
  expect(await publishedImages(pair.job)).toEqual([]);
  expect((await readdir(pair.volume.parent)).sort()).toEqual(['.ims', 'build', 'build_failed']);
});

it.each(['complete', 'failed'] as const)(
  'opens a shell on a failed build with ENABLE_DEBUG, and is as failed after %s as before',
  async (flag) => {
    const debug = { ENABLE_DEBUG: 'True' };
    const pair = await openPair({ ...buildFailed, agentEnv: debug, sshdEnv: debug });
    const { reason, message } = await pair.reached('WaitingOnUser');
    expect(reason).toBe('BuildFailed');
    expect(message).toBe(
      `the build failed, and nothing is published: log in as root to look into it, then touch ${flagIn(pair, 'failed')} to end the job`,
    );
    const { stdout } = await pair.ssh(`env; touch ${flagIn(pair, flag)}`);
    // H42: the debug shell sees the job as well.
    expect(stdout).toContain(`IMS_JOB_ID=${pair.job.id}\n`);
    expect(stdout).toContain('IMS_DKMS_ENABLED=False\n');
    const ends = await pair.ends();
    expect(ends.agent).toBe(11);
    expect(ends.sshd).toBe(flag === 'complete' ? 0 : 10);
    expect(await pair.status()).toMatchObject({ phase: 'Failed', reason: 'BuildFailed' });
    expect(await publishedImages(pair.job)).toEqual([]);
  },
);

it('H42 the debug shell sees its variables also where SSHD_CONFIG_FILE is not given, as in a create pod', async () => {
  const sshdEnv = { ENABLE_DEBUG: 'True', SSHD_CONFIG_FILE: '' };
  const pair = await openPair({ ...buildFailed, agentEnv: { ENABLE_DEBUG: 'True' }, sshdEnv });
  expect((await pair.ssh(`env; touch ${flagIn(pair, 'complete')}`)).stdout).toContain(`IMS_JOB_ID=${pair.job.id}\n`);
  expect(await pair.ends()).toEqual({ agent: 11, sshd: 0 });
});
