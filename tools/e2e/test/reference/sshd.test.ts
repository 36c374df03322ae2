// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

import { cleanUp, eventually } from '@ims/testing';
import { afterAll, describe, expect, test } from 'vitest';

import { publishedImage, publishedImages } from '../support/published.ts';
import { entered, readStatus } from '../support/pair.ts';
import { besideReferenceSshd } from './mixed-pair.ts';
import { CASES, everythingSaid, USERS_WORK, workAndSay } from './words.ts';

const run = promisify(execFile);

afterAll(cleanUp, 60_000);

describe.concurrent('our agent beside an sshd container that is not ours', () => {
  test.for(CASES)('$word in $where, polls of $pollSeconds s', { timeout: 120_000 }, async (said) => {
    const pair = await besideReferenceSshd(said);
    const { job } = pair;
    await pair.ours.waitForLine(entered('WaitingOnUser'));
    await eventually(async () => (await readStatus(job)).phase === 'WaitingOnUser');
    expect(await readStatus(job)).toMatchObject({ pair: 'reference' });
    await workAndSay(pair, said.flags);
    expect(await pair.ends(), everythingSaid(pair)).toEqual({ ours: said.isGood ? 0 : 10, theirs: 0 });
    expect(await readStatus(job)).toMatchObject({ phase: said.isGood ? 'Succeeded' : 'Failed' });
    if (!said.isGood) {
      expect(await publishedImages(job)).toEqual([]);
      return;
    }
    const { directory } = await publishedImage(job);
    expect((await run('unsquashfs', ['-cat', `${directory}/rootfs`, 'etc/motd'])).stdout).toBe(`${USERS_WORK}\n`);
  });

  test('H39 an ssh banner is enough to call the shell open', { timeout: 120_000 }, async () => {
    const pair = await besideReferenceSshd({ jailed: true, pollSeconds: 0.1 });
    await pair.ours.waitForLine(entered('WaitingOnUser'));
    // No login was tried: only a probe of ours could have made one.
    expect(await readFile(`${configOf(pair)}/sshd.log`, 'utf8')).not.toContain('Accepted');
    await workAndSay(pair, ['failed']);
    expect(await pair.ends(), everythingSaid(pair)).toEqual({ ours: 10, theirs: 0 });
  });

  test('H6 a signal to ours releases it', { timeout: 120_000 }, async () => {
    const pair = await besideReferenceSshd({ jailed: true, pollSeconds: 0.1 });
    await pair.ours.waitForLine(entered('WaitingOnUser'));
    pair.ours.kill('SIGTERM');
    expect(await pair.ends(), everythingSaid(pair)).toEqual({ ours: 143, theirs: 0 });
    expect(pair.theirs.stdout).toContain('the user said failed');
  });

  test(
    'H5 its death is noticed by its ssh server, which has answered, and ends the job',
    { timeout: 180_000 },
    async () => {
      const pair = await besideReferenceSshd({ jailed: true, pollSeconds: 0.1 });
      await pair.ours.waitForLine(entered('WaitingOnUser'));
      const died = Date.now();
      pair.theirs.kill('SIGKILL');
      const last = await pair.ours.waitForLine(entered('Failed'));
      expect(Date.parse(String(last['time'])) - died).toBeLessThan(40_000);
      expect(await pair.ends(), everythingSaid(pair)).toMatchObject({ ours: 21 });
      const { reason, message } = await readStatus(pair.job);
      expect(reason).toBe('PeerLost');
      expect(message).toMatch(/ssh server of the sshd container answered and has been gone for \d+ s/);
    },
  );

  test('a kernel that is missing fails the job when the shell is gone', { timeout: 120_000 }, async () => {
    const pair = await besideReferenceSshd({ jailed: true, pollSeconds: 0.1 });
    await pair.ours.waitForLine(entered('WaitingOnUser'));
    await pair.ssh('rm /boot/vmlinuz');
    await workAndSay(pair, ['complete']);
    expect(await pair.ends(), everythingSaid(pair)).toEqual({ ours: 30, theirs: 0 });
    expect(await readStatus(pair.job)).toMatchObject({ phase: 'Failed', reason: 'ImageInvalid' });
    expect(await publishedImages(pair.job)).toEqual([]);
  });
});

function configOf(pair: Awaited<ReturnType<typeof besideReferenceSshd>>): string {
  return pair.job.volume.config;
}
