// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { chmod, chown, lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { tightenImageDirectory } from '../src/index.ts';

import { run } from './programs.ts';
import { makeVolume, type Volume } from './volume.ts';

async function modes(volume: Volume): Promise<Record<string, string>> {
  const names = ['', ...(await readdir(join(volume.at, 'image'), { recursive: true }))];
  const rows = names.map(async (name) => {
    const { mode, uid, gid } = await lstat(join(volume.at, 'image', name));
    return [name, `${(mode & 0o7777).toString(8)} ${String(uid)}:${String(gid)}`] as const;
  });
  return Object.fromEntries(await Promise.all(rows));
}

describe('/image', () => {
  it('H25 is for root only: directories 0700, files 0600, scripts 0700', async () => {
    await using volume = await makeVolume({
      'image/images.sh': 'x',
      'image/config.xml': 'x',
      'image/d/e/deep.sh': 'x',
    });
    for (const name of ['image', 'image/d', 'image/config.xml', 'image/d/e/deep.sh']) {
      await chown(join(volume.at, name), 1000, 1000);
      await chmod(join(volume.at, name), 0o4777);
    }
    expect(await tightenImageDirectory(volume.root)).toEqual({ tightened: 6 });
    expect(await modes(volume)).toEqual({
      '': '700 0:0',
      'images.sh': '700 0:0',
      'config.xml': '600 0:0',
      d: '700 0:0',
      'd/e': '700 0:0',
      'd/e/deep.sh': '700 0:0',
    });
  });

  it('H25 does not follow links, and they belong to root as well', async () => {
    await using volume = await makeVolume({
      'image/out.sh': '-> ../../outside/secret',
      'image/in': '-> ../etc',
      'image/absolute': '-> /etc/passwd',
      'etc/passwd': 'x',
    });
    await chmod(join(volume.at, 'etc/passwd'), 0o644);
    await run('chown', '-h', '7:7', join(volume.at, 'image/out.sh'));
    const outside = await lstat(join(volume.outside, 'secret'));
    await tightenImageDirectory(volume.root);
    expect((await lstat(join(volume.at, 'etc/passwd'))).mode & 0o777).toBe(0o644);
    expect((await lstat(join(volume.at, 'image/out.sh'))).uid).toBe(0);
    expect(await lstat(join(volume.outside, 'secret'))).toEqual(outside);
  });

  it('H25 stays as it is when it is a link or a file', async () => {
    await using linked = await makeVolume({ image: '-> ../outside' });
    expect(await tightenImageDirectory(linked.root)).toEqual({
      tightened: 0,
      note: '/image is a link and stays as it is',
    });
    expect((await lstat(linked.outside)).mode & 0o777).toBe(0o755);
    await using file = await makeVolume({ image: 'x' });
    expect(await tightenImageDirectory(file.root)).toMatchObject({ tightened: 0 });
    await using none = await makeVolume({});
    expect(await tightenImageDirectory(none.root)).toEqual({ tightened: 0 });
  });

  it('H25 leaves alone what is mounted below it', async () => {
    await using volume = await makeVolume({ 'image/mounted': '/', 'other/f': 'x' });
    await chmod(join(volume.at, 'other/f'), 0o644);
    await run('mount', '--bind', join(volume.at, 'other'), join(volume.at, 'image/mounted'));
    try {
      expect(await tightenImageDirectory(volume.root)).toEqual({ tightened: 1 });
      expect((await lstat(join(volume.at, 'other/f'))).mode & 0o777).toBe(0o644);
    } finally {
      await run('umount', join(volume.at, 'image/mounted'));
    }
  });
});
