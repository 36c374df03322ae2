// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import {
  chmod,
  link,
  lstat,
  readdir,
  readFile,
  readlink,
  rename,
  stat,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { openImageRoot } from '../src/index.ts';
import { run } from './programs.ts';
import { makeVolume, plant, text } from './volume.ts';

const PLAIN = { mode: 0o640, uid: 12, gid: 34 };

describe('a file of the image', () => {
  it('streams the range that is asked for, again and again', async () => {
    await using volume = await makeVolume({ f: 'x' });
    const bytes = Buffer.alloc(2_500_000, 'abcdefg');
    await writeFile(join(volume.at, 'f'), bytes);
    const file = await volume.root.openFile('/f');
    if (file === undefined) throw new Error('it was just written');
    const read = async (range?: { start: number; end: number }): Promise<Buffer> => {
      const chunks: Uint8Array[] = [];
      for await (const chunk of file.stream(range)) chunks.push(chunk);
      return Buffer.concat(chunks);
    };
    expect(file.size).toBe(bytes.length);
    expect((await read()).equals(bytes)).toBe(true);
    expect((await read()).equals(bytes)).toBe(true);
    expect((await read({ start: 3, end: 1_200_003 })).equals(bytes.subarray(3, 1_200_003))).toBe(true);
    expect(await read({ start: 5, end: 5 })).toHaveLength(0);
    await file.close();
  });

  it('H20 that becomes shorter while it is read is an error, never a short answer', async () => {
    await using volume = await makeVolume({ f: 'four' });
    await using file = await volume.root.openFile('/f');
    await truncate(join(volume.at, 'f'), 2);
    await expect(file?.bytes()).rejects.toMatchObject({ reason: 'ImageInvalid' });
  });

  it('H27 is only ever a regular one: a FIFO does not block and a device is not opened', async () => {
    await using volume = await makeVolume({ directory: '/' });
    await run('mkfifo', join(volume.at, 'fifo'));
    await run('mknod', join(volume.at, 'console'), 'c', '5', '1');
    for (const path of ['/fifo', '/console', '/directory']) {
      await expect(volume.root.openFile(path)).rejects.toMatchObject({ reason: 'ImageInvalid' });
    }
    expect(await volume.root.openFile('/nowhere')).toBeUndefined();
  });

  it('larger than the caller allows is not read', async () => {
    await using volume = await makeVolume({ f: 'four' });
    await expect(volume.root.readFile('/f', { maxBytes: 3 })).rejects.toMatchObject({ reason: 'ImageInvalid' });
  });
});

describe('writing', () => {
  it('replaces a link instead of following it, with mode and owner', async () => {
    await using volume = await makeVolume({ 'etc/x': '-> ../../outside/secret', data: 'old' });
    await symlink('/data', join(volume.at, 'etc/y'));
    await volume.root.writeFile('/etc/x', Buffer.from('new'), PLAIN);
    await volume.root.writeFile('/etc/y', Buffer.from('new'), PLAIN);
    const stats = await lstat(join(volume.at, 'etc/x'));
    expect([stats.isFile(), stats.mode & 0o7777, stats.uid, stats.gid]).toEqual([true, 0o640, 12, 34]);
    expect(await text(volume, 'data')).toBe('old');
    expect(await readdir(join(volume.at, 'etc'))).toEqual(['x', 'y']);
  });

  it('removes the temporary file that a crash left', async () => {
    await using volume = await makeVolume({ 'etc/.f.ims-new': 'half', 'etc/f': 'old' });
    await volume.root.writeFile('/etc/f', Buffer.from('new'), PLAIN);
    expect(await readdir(join(volume.at, 'etc'))).toEqual(['f']);
    expect(await text(volume, 'etc/f')).toBe('new');
  });

  it('through a link that leads out is refused and changes nothing outside', async () => {
    await using volume = await makeVolume({ etc: '-> ../outside' });
    const refused = { reason: 'PathEscapesRoot' };
    await expect(volume.root.writeFile('/etc/secret', Buffer.from('x'), PLAIN)).rejects.toMatchObject(refused);
    await expect(volume.root.remove('/etc/secret')).rejects.toMatchObject(refused);
    await expect(volume.root.removeTree('/etc/a')).rejects.toMatchObject(refused);
    await expect(volume.root.makeDirectory('/etc/new', 0o755)).rejects.toMatchObject(refused);
    await expect(volume.root.makeLink('/etc/new', 'x')).rejects.toMatchObject(refused);
    await expect(volume.root.chmod('/etc/secret', 0o777)).rejects.toMatchObject(refused);
    await expect(volume.root.chown('/etc', PLAIN)).rejects.toMatchObject(refused);
    await expect(volume.root.directory('/etc')).rejects.toMatchObject(refused);
    expect((await readdir(volume.outside)).sort()).toEqual(['a', 'secret']);
  });

  it('where a directory stands or none is above says what is wrong', async () => {
    await using volume = await makeVolume({ directory: '/' });
    await expect(volume.root.writeFile('/directory', Buffer.from('x'), PLAIN)).rejects.toMatchObject({
      reason: 'ImageInvalid',
    });
    await expect(volume.root.writeFile('/no/f', Buffer.from('x'), PLAIN)).rejects.toMatchObject({
      message: '/no/f cannot be written: /no is not there',
    });
    expect(await readdir(volume.at)).toEqual(['directory']);
  });

  it('on a full file system is NoSpace and leaves the old file', async () => {
    await using volume = await makeVolume({ small: '/' });
    await run('mount', '-t', 'tmpfs', '-o', 'size=64k', 'none', join(volume.at, 'small'));
    try {
      await plant(join(volume.at, 'small'), { f: 'old' });
      const large = Buffer.alloc(1_000_000);
      await expect(volume.root.writeFile('/small/f', large, PLAIN)).rejects.toMatchObject({ reason: 'NoSpace' });
      expect(await readdir(join(volume.at, 'small'))).toEqual(['f']);
      expect(await text(volume, 'small/f')).toBe('old');
      await expect(volume.root.removeTree('/small')).rejects.toMatchObject({ reason: 'PlatformUnavailable' });
    } finally {
      await run('umount', join(volume.at, 'small'));
    }
  });
});

describe('entries', () => {
  it('are removed with all below them, links never followed', async () => {
    await using volume = await makeVolume({
      'd/e/f': 'x',
      'd/link': '-> ../../outside',
      'd/absolute': '-> /keep',
      'keep/x': 'x',
    });
    await expect(volume.root.remove('/d')).rejects.toMatchObject({ reason: 'ImageInvalid' });
    expect(await volume.root.removeTree('/d')).toBe(true);
    expect(await volume.root.removeTree('/d')).toBe(false);
    expect(await volume.root.remove('/no/where')).toBe(false);
    expect(await readdir(volume.at)).toEqual(['keep']);
    expect(await readdir(volume.outside)).toHaveLength(2);
  });

  it('with names that are no UTF-8 are removed and resolved as well', async () => {
    await using volume = await makeVolume({ 'd/e': '/' });
    const name = Buffer.from([0xff, 0xfe, 0x0a]);
    await writeFile(Buffer.concat([Buffer.from(`${volume.at}/d/e/`), name]), 'odd');
    await symlink(Buffer.concat([Buffer.from('d/e/'), name]), join(volume.at, 'link'));
    expect(await volume.root.readFile('/link', { maxBytes: 10 })).toEqual(Buffer.from('odd'));
    expect(await volume.root.removeTree('/d')).toBe(true);
  });

  it('get mode and owner on the entry that a link inside leads to', async () => {
    await using volume = await makeVolume({ f: 'x', l: '-> f' });
    await volume.root.chown('/l', { uid: 5, gid: 6 });
    await volume.root.chmod('/l', 0o4711);
    const stats = await stat(join(volume.at, 'f'));
    expect([stats.uid, stats.gid, stats.mode & 0o7777]).toEqual([5, 6, 0o4711]);
    await expect(volume.root.chmod('/none', 0o600)).rejects.toMatchObject({ reason: 'ImageInvalid' });
  });

  it('that are directories are made with the mode that was asked, and kept when they are there', async () => {
    await using volume = await makeVolume({});
    expect(await volume.root.makeDirectory('/tmp', 0o1777)).toBe(true);
    await chmod(join(volume.at, 'tmp'), 0o1770);
    expect(await volume.root.makeDirectory('/tmp', 0o1777)).toBe(false);
    expect(await volume.root.stat('/tmp')).toMatchObject({ mode: 0o1770, kind: 'directory' });
    expect(await volume.root.list('/')).toEqual(['tmp']);
  });

  it('that are links are read and made byte for byte', async () => {
    await using volume = await makeVolume({ f: 'x' });
    await volume.root.makeLink('/f', '../../gone');
    expect(await readlink(join(volume.at, 'f'))).toBe('../../gone');
    expect((await volume.root.readLink('/f'))?.toString()).toBe('../../gone');
    expect(await volume.root.lstat('/f')).toMatchObject({ kind: 'link', path: '/f' });
    await volume.root.writeFile('/g', Buffer.from('x'), PLAIN);
    expect(await volume.root.readLink('/g')).toBeUndefined();
  });

  it('that are pinned stay the same when their name goes elsewhere', async () => {
    await using volume = await makeVolume({ 'tmp/x': 'inside' });
    await using pinned = await volume.root.directory('/tmp');
    await rename(join(volume.at, 'tmp'), join(volume.at, 'moved'));
    await symlink('../outside', join(volume.at, 'tmp'));
    expect(await readFile(`${pinned?.path ?? ''}/x`, 'utf8')).toBe('inside');
    expect(await run('cat', `${pinned?.pathForChildren ?? ''}/x`)).toBe('inside');
  });

  it('with two names are one file, which no resolver can tell', async () => {
    await using volume = await makeVolume({});
    await link(join(volume.outside, 'secret'), join(volume.at, 'hard'));
    expect(await volume.root.stat('/hard')).toMatchObject({ kind: 'file' });
  });
});

describe('an image root that is not there', () => {
  it('is told by its path, with what helps', async () => {
    await using volume = await makeVolume();
    await expect(openImageRoot(`${volume.parent}/none`)).rejects.toMatchObject({
      reason: 'ImageInvalid',
      message: `there is no image root at ${volume.parent}/none`,
      advice: 'prepare the volume first, or name the one that holds the image',
    });
    await expect(openImageRoot(`${volume.parent}/none/deeper`)).rejects.toThrow(/there is no image root at/);
  });
});
