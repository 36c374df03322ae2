// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { execFile } from 'node:child_process';
import { access, readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

import { cleanUp } from '@ims/testing';
import { afterAll, describe, expect, test } from 'vitest';

import { entered } from '../support/pair.ts';
import { besideReferenceAgent } from './mixed-pair.ts';
import { CASES, everythingSaid, USERS_WORK, workAndSay } from './words.ts';

const run = promisify(execFile);

afterAll(cleanUp, 60_000);

describe.concurrent('our sshd container beside an agent that is not ours', () => {
  test.for(CASES)('$word in $where, polls of $pollSeconds s', { timeout: 120_000 }, async (said) => {
    const pair = await besideReferenceAgent(said);
    await pair.ours.waitForLine(entered('Open'));
    expect(await workAndSay(pair, said.flags)).toMatchObject({ code: 0 });
    expect(await pair.ends(), everythingSaid(pair)).toEqual({ ours: said.isGood ? 0 : 10, theirs: 0 });
    const { layout } = pair.job.volume;
    const archive = `${layout.parent}/an image.sqsh`;
    expect(pair.theirs.stdout).toContain(
      said.isGood ? `outcome success: ${archive}` : 'outcome error: marked as failed',
    );
    // Nobody is asked who cannot answer.
    expect(pair.ours.lines.some(entered('Asking'))).toBe(false);
    await expect(access(pair.job.volume.sentinel('complete'))).rejects.toMatchObject({ code: 'ENOENT' });
    if (said.isGood) expect((await run('unsquashfs', ['-cat', archive, 'etc/motd'])).stdout).toBe(`${USERS_WORK}\n`);
  });

  test('a kernel that is missing is found by the agent, when the shell is gone', { timeout: 120_000 }, async () => {
    const pair = await besideReferenceAgent({ jailed: true, pollSeconds: 0.1 });
    await pair.ours.waitForLine(entered('Open'));
    await pair.ssh('rm /boot/vmlinuz');
    await workAndSay(pair, ['complete']);
    expect(await pair.ends(), everythingSaid(pair)).toEqual({ ours: 0, theirs: 1 });
    expect(pair.theirs.stdout).toContain('outcome error: no vmlinuz');
  });

  test('a script that fails releases it with failed and exiting', { timeout: 120_000 }, async () => {
    const pair = await besideReferenceAgent({
      jailed: true,
      pollSeconds: 0.1,
      sshdEnv: { CUSTOMIZATION_SCRIPT: '/bin/false' },
    });
    expect(await pair.ends(), everythingSaid(pair)).toEqual({ ours: 12, theirs: 0 });
    expect(pair.theirs.stdout).toContain('outcome error: marked as failed');
  });

  test.for(['dead', 'living'])(
    'H5 that is $0 ends when nobody has used the shell for as long as is configured',
    { timeout: 120_000 },
    async (agent) => {
      const sshdEnv = { IMS_UNSEEN_AGENT_TIMEOUT: '1' };
      const pair = await besideReferenceAgent({ jailed: true, pollSeconds: 0.1, sshdEnv });
      await pair.ours.waitForLine(entered('Open'));
      if (agent === 'dead') pair.theirs.kill('SIGKILL');
      const { ours } = await pair.ends();
      expect(ours, everythingSaid(pair)).toBe(21);
      expect(await readFile(pair.job.volume.sentinel('failed'), 'utf8')).toMatch(
        /^peer-lost\nPeerLost\nthe agent has shown no sign of life, and nobody has used the shell for 1 s/,
      );
      if (agent === 'living') expect(pair.theirs.stdout).toContain('outcome error: marked as failed');
    },
  );
});
