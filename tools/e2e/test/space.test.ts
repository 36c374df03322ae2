// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { execFile } from 'node:child_process';
import { access, readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';

import { cleanUp, imageTemplate, type Volume } from '@ims/testing';

import { flagIn, rootIn } from './support/finish.ts';
import { openPair, type Pair } from './support/pair.ts';
import { publishedImages } from './support/published.ts';
import { describeTree } from './support/tree.ts';

afterEach(cleanUp);

const run = promisify(execFile);

/** A volume that is a small file system of its own, with the image root on it. */
function onSmallVolume(limits: string): (volume: Volume) => Promise<void> {
  return async ({ parent, imageRoot }) => {
    await run('mount', ['-t', 'tmpfs', '-o', `mode=0755,${limits}`, 'small-volume', parent]);
    await run('cp', ['-a', '--', await imageTemplate(), imageRoot]);
  };
}

describe.each([
  {
    what: 'bytes',
    limits: 'size=48m',
    fill: (root: string) => `dd if=/dev/zero of=${root}/root/fills bs=1048576 count=30`,
    says: /MB free/,
  },
  {
    what: 'inodes',
    limits: 'size=256m,nr_inodes=400',
    fill: (root: string) =>
      `cd ${root}/root && n=0; while : > f$n; do n=$((n+1)); done 2>/dev/null; rm f0 f1 f2 f3 f4 f5 f6 f7 f8 f9 f10 f11`,
    says: /inodes free/,
  },
])('H16 a volume that has not enough $what for packing', ({ limits, fill, says }) => {
  async function filled(): Promise<Pair> {
    const prepare = onSmallVolume(limits);
    const pair = await openPair({ jailed: true, prepare, agentEnv: { IMS_ON_INVALID: 'shell' } });
    expect(await pair.ssh(fill(rootIn(pair)))).toMatchObject({ code: 0 });
    return pair;
  }

  it('is told while the shell is up, with the numbers; room made, the job goes on', async () => {
    const pair = await filled();
    await pair.ssh(`touch ${flagIn(pair, 'complete')}`);
    await pair.sshd.waitForLine('complete was taken back');
    expect(await readFile(pair.volume.sentinel('refused'), 'utf8')).toMatch(says);
    await pair.ssh('rm -f /root/f*; touch /tmp/complete');
    expect(await pair.ends()).toEqual({ agent: 0, sshd: 0 });
  });

  it('ends the job with 33 where the shell is not to be handed back, and leaves what the user made', async () => {
    const prepare = onSmallVolume(limits);
    const pair = await openPair({ jailed: true, prepare, agentEnv: { IMS_ON_INVALID: 'fail' } });
    expect(await pair.ssh(fill(''))).toMatchObject({ code: 0 });
    const before = describeTree(`${pair.volume.imageRoot}/root`);
    await pair.ssh('touch /tmp/complete');
    const { agent } = await pair.ends();
    expect(agent).toBe(33);
    expect(await pair.status()).toMatchObject({ phase: 'Failed', reason: 'NoSpace' });
    expect([...describeTree(`${pair.volume.imageRoot}/root`)]).toEqual([...before]);
    expect(await publishedImages(pair.job)).toEqual([]);
    await expect(access(pair.volume.layout.archive)).rejects.toThrow('ENOENT');
  });
});
