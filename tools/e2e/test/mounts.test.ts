// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { readFile } from 'node:fs/promises';
import { afterEach, describe, expect, it } from 'vitest';

import { cleanUp, mountsBelow } from '@ims/testing';

import { complete } from './support/finish.ts';
import { openPair, type Pair } from './support/pair.ts';
import { unpack } from './support/published.ts';
import { describeTree } from './support/tree.ts';

afterEach(cleanUp);

async function opened(shared: boolean): Promise<Pair> {
  const pair = await openPair({ jailed: true, shared, sshdEnv: { JOB_ENABLE_DKMS: 'True' } });
  // The shell sees them; what a job of today builds modules with.
  const { stdout } = await pair.ssh('cat /proc/mounts; env; ls /sys /dev');
  for (const path of ['/sys sysfs', '/proc proc', '/dev devtmpfs']) expect(stdout).toContain(path);
  expect(stdout).toContain('IMS_DKMS_ENABLED=True\n');
  return pair;
}

describe('H26 what DKMS has mounted', () => {
  it.each([
    { where: 'in a mount namespace that both halves share', shared: true },
    { where: 'in the namespace of the sshd container', shared: false },
  ])('$where is not in the published image, and gone when the job is over', async ({ shared }) => {
    const pair = await opened(shared);
    await complete(pair);
    const published = describeTree(await unpack(pair.job));
    const below = (top: string): string[] => [...published.keys()].filter((path) => path.startsWith(`${top}/`));
    expect([published.get('proc')?.mode, published.get('sys')?.mode]).toEqual(['40755', '40755']);
    expect([...below('proc'), ...below('sys')]).toEqual([]);
    // The image's own nodes, and none of the machine's.
    expect(below('dev')).toEqual(['dev/null', 'dev/zero']);
    expect(await mountsBelow(pair.volume.imageRoot)).toEqual([]);
  });

  it('and that the user keeps busy is taken away all the same', async () => {
    const pair = await opened(true);
    const stays = pair.login('cd /proc && echo in-proc && exec 3< /proc/version && sleep 3600');
    await stays.waitFor('in-proc');
    await complete(pair);
    expect(await mountsBelow(pair.volume.imageRoot)).toEqual([]);
    expect(await readFile('/proc/version', 'utf8')).not.toBe('');
  });
});
