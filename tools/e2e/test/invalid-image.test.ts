// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { access, readFile } from 'node:fs/promises';
import { afterEach, describe, expect, it } from 'vitest';

import { cleanUp } from '@ims/testing';

import { flagIn, rootIn } from './support/finish.ts';
import { entered, openPair, type Pair } from './support/pair.ts';
import { publishedImage, publishedImages } from './support/published.ts';

afterEach(cleanUp);

async function withoutKernel(options: {
  jailed?: boolean;
  onInvalid?: string;
  env?: Record<string, string>;
}): Promise<Pair> {
  const { jailed = true, onInvalid, env } = options;
  const agentEnv = { ...env, ...(onInvalid === undefined ? {} : { IMS_ON_INVALID: onInvalid }) };
  const pair = await openPair({ jailed, agentEnv, ...(env === undefined ? {} : { sshdEnv: env }) });
  expect(await pair.ssh(`rm ${rootIn(pair)}/boot/vmlinuz`)).toMatchObject({ code: 0 });
  return pair;
}

async function refused(pair: Pair): Promise<void> {
  await pair.sshd.waitForLine('complete was taken back');
  await expect(access(pair.volume.sentinel('complete'))).rejects.toThrow('ENOENT');
  const why = await readFile(pair.volume.sentinel('refused'), 'utf8');
  expect(why).toContain('vmlinuz');
  expect((await pair.reached('WaitingOnUser', 'CompleteRefused')).message).toContain('vmlinuz');
}

async function mendAndFinish(pair: Pair): Promise<void> {
  expect(await pair.ssh(`echo a kernel > ${rootIn(pair)}/boot/vmlinuz`)).toMatchObject({ code: 0 });
  await pair.ssh(`touch ${flagIn(pair, 'complete')}`);
  expect(await pair.ends()).toEqual({ agent: 0, sshd: 0 });
  const { history } = await pair.status();
  const phases = history.map(([phase]) => phase).slice(0, 6);
  expect(phases).toEqual(['Starting', 'WaitingOnUser', 'Validating', 'WaitingOnUser', 'Validating', 'Packaging']);
  expect(await readFile(`${(await publishedImage(pair.job)).directory}/kernel`, 'utf8')).toBe('a kernel\n');
  await expect(access(pair.volume.sentinel('refused'))).rejects.toThrow('ENOENT');
}

describe('H10 an image that lacks its kernel when the user says complete', () => {
  it.each([{ jailed: true }, { jailed: false }])(
    'goes back to somebody at a terminal, who is told why, mends it and finishes; jailed: $jailed',
    async (options) => {
      const pair = await withoutKernel(options);
      const terminal = pair.login();
      terminal.type('echo at-$((40 + 2))\n');
      await terminal.waitFor('at-42');
      terminal.type(`touch ${flagIn(pair, 'complete')}\n`);
      await refused(pair);
      await terminal.waitFor(/complete was taken back: [^]*vmlinuz/);
      terminal.type(`cat ${flagIn(pair, 'complete.refused')}; echo still-$((40 + 3))\n`);
      await terminal.waitFor('still-43');
      terminal.type('exit\n');
      expect(await terminal.ended).toBe(0);
      await mendAndFinish(pair);
    },
  );

  it('fails at once with 30 when nobody sits at a terminal, since a program would wait for ever', async () => {
    const pair = await withoutKernel({});
    await pair.ssh(`touch ${flagIn(pair, 'complete')}`);
    expect(await pair.ends()).toEqual({ agent: 30, sshd: 30 });
    const { phase, reason, message } = await pair.status();
    expect({ phase, reason }).toEqual({ phase: 'Failed', reason: 'ImageInvalid' });
    expect(message).toContain('vmlinuz');
    expect(await publishedImages(pair.job)).toEqual([]);
  });

  it('goes back to anybody with IMS_ON_INVALID=shell', async () => {
    const pair = await withoutKernel({ onInvalid: 'shell' });
    await pair.ssh(`touch ${flagIn(pair, 'complete')}`);
    await refused(pair);
    await mendAndFinish(pair);
  });

  it('fails at once with IMS_ON_INVALID=fail, terminal or not; as a drop-in it is the agent alone that fails', async () => {
    const pair = await withoutKernel({ onInvalid: 'fail', env: { IMS_EXIT_CODES: 'drop-in' } });
    const terminal = pair.login();
    terminal.type(`touch ${flagIn(pair, 'complete')}\n`);
    expect(await pair.ends()).toEqual({ agent: 1, sshd: 0 });
    expect((await pair.status()).reason).toBe('ImageInvalid');
  });

  it('is checked while the shell is still up', async () => {
    const pair = await withoutKernel({ onInvalid: 'shell' });
    const validating = pair.agent.waitForLine(entered('Validating'));
    await pair.ssh(`touch ${flagIn(pair, 'complete')}`);
    await validating;
    await refused(pair);
    expect((await pair.ssh('echo still here')).stdout).toBe('still here\n');
    await mendAndFinish(pair);
  });
});
