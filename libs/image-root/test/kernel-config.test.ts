// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { zstdSupport } from '../src/index.ts';

import { run } from './programs.ts';
import { makeVolume } from './volume.ts';

const YES = '# Linux\nCONFIG_SQUASHFS=m\nCONFIG_SQUASHFS_ZSTD=y\n';
const NO = 'CONFIG_SQUASHFS=m\n# CONFIG_SQUASHFS_ZSTD is not set\n';

describe('zstd', () => {
  it.each(['boot/config-6.1', 'usr/lib/modules/6.1/config', 'lib/modules/6.1/config'])(
    'is for an image whose kernel says so in %s',
    async (path) => {
      await using volume = await makeVolume({ [path]: YES });
      expect(await zstdSupport(volume.root)).toEqual({
        readsZstd: true,
        why: `CONFIG_SQUASHFS_ZSTD is set in /${path}`,
      });
    },
  );

  it('counts a kernel once when /lib is a link to /usr/lib', async () => {
    await using volume = await makeVolume({ 'usr/lib/modules/6.1/config': YES, lib: '-> usr/lib' });
    expect((await zstdSupport(volume.root)).why).toBe('CONFIG_SQUASHFS_ZSTD is set in /usr/lib/modules/6.1/config');
  });

  it('is not for an image with one kernel that cannot read it', async () => {
    await using volume = await makeVolume({ 'boot/config-6.1': YES, 'boot/config-5.4': NO });
    expect(await zstdSupport(volume.root)).toEqual({
      readsZstd: false,
      why: '/boot/config-5.4 does not set CONFIG_SQUASHFS_ZSTD',
    });
  });

  it('is not for an image with a kernel whose configuration nobody has', async () => {
    await using volume = await makeVolume({
      'boot/config-6.1': YES,
      'usr/lib/modules/6.1/kernel': '/',
      'usr/lib/modules/5.4/kernel': '/',
      'usr/lib/modules/4.19/updates': '/',
    });
    expect(await zstdSupport(volume.root)).toEqual({
      readsZstd: false,
      why: '/usr/lib/modules/5.4 has no kernel configuration that can be read',
    });
  });

  it('is not for an image without any kernel configuration', async () => {
    await using volume = await makeVolume({});
    expect(await zstdSupport(volume.root)).toEqual({
      readsZstd: false,
      why: 'the image holds no kernel configuration',
    });
  });

  it('H27 is not decided by a file outside, a FIFO or a loop', async () => {
    for (const target of ['../../outside/secret', 'config-1', '/no/where']) {
      await using volume = await makeVolume({ 'boot/config-1': `-> ${target}` });
      expect(await zstdSupport(volume.root)).toMatchObject({ readsZstd: false });
    }
    await using volume = await makeVolume({ boot: '/', usr: '-> ../outside' });
    await run('mkfifo', join(volume.at, 'boot/config-2'));
    expect(await zstdSupport(volume.root)).toMatchObject({ readsZstd: false });
  });
});
