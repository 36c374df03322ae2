// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { copyFile, lstat, mkdir, readdir, readlink, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { inspectJail, removeAdditions } from '../src/index.ts';
import { addForShell } from '../src/shell-additions.ts';
import { busybox, listing, placesOf, SHELL } from './busybox.ts';
import { refusingRunner, run } from './programs.ts';
import { text, type Volume } from './volume.ts';

async function inJail(volume: Volume, ...command: string[]): Promise<string> {
  return await run('chroot', volume.at, SHELL, ...command);
}

describe('what is added for the shell of a jail', () => {
  it('makes a busybox image with an empty /dev one to work in, and nothing of it stays', async () => {
    await using volume = await busybox();
    const places = await placesOf(volume);
    const before = await listing(volume);
    expect(await addForShell(places)).toMatchObject({ refused: undefined });
    expect(await inspectJail(volume.root, { shell: SHELL })).toEqual([]);
    expect((await readdir(join(volume.at, 'dev'))).sort()).toEqual(
      ['fd', 'full', 'null', 'ptmx', 'random', 'stderr', 'stdin', 'stdout', 'tty', 'urandom', 'zero'].sort(),
    );
    expect(await inJail(volume, '-c', 'head -c 9 /dev/urandom | wc -c; head -c 3 /dev/zero | wc -c')).toBe('9\n3\n');
    expect(
      await inJail(volume, '-c', 'echo x >/dev/full || echo full; echo x >/dev/null && echo "$0 $1"', 'a', 'b c'),
    ).toBe('full\na b c\n');
    // Without /proc the name leads nowhere, and no file comes of writing to it.
    expect(await inJail(volume, '-c', 'echo x >/dev/stderr || echo none')).toBe('none\n');
    expect(await addForShell(places)).toEqual({ added: [], refused: undefined });
    expect(await removeAdditions(places)).toHaveLength(12);
    expect(await listing(volume)).toBe(before);
    expect(await removeAdditions(places)).toEqual([]);
  });

  it('H22 is nothing that was there: that stays, whatever it is', async () => {
    await using volume = await busybox();
    const places = await placesOf(volume);
    await run('mknod', '-m', '0600', join(volume.at, 'dev/zero'), 'c', '1', '5');
    await writeFile(join(volume.at, 'dev/tty'), 'odd');
    await symlink('/nowhere', join(volume.at, 'dev/full'));
    await copyFile('/bin/busybox', join(volume.at, 'bin/bash'));
    const before = await listing(volume);
    const { added } = await addForShell(places);
    expect(added).not.toContain('/dev/zero');
    expect(added).not.toContain(SHELL);
    await removeAdditions(places);
    expect(await listing(volume)).toBe(before);
  });

  it("is not taken away when it is the user's by now", async () => {
    await using volume = await busybox();
    const places = await placesOf(volume);
    await addForShell(places);
    await rm(join(volume.at, 'bin/bash'));
    await copyFile('/bin/busybox', join(volume.at, 'bin/bash'));
    await rm(join(volume.at, 'dev/stdin'));
    await symlink('/elsewhere', join(volume.at, 'dev/stdin'));
    await removeAdditions(places);
    expect(await readdir(join(volume.at, 'dev'))).toEqual(['stdin']);
    expect(await readlink(join(volume.at, 'dev/stdin'))).toBe('/elsewhere');
    expect((await lstat(join(volume.at, 'bin/bash'))).isFile()).toBe(true);
  });

  it('makes a missing /dev, which goes again unless somebody has put something there', async () => {
    await using volume = await busybox();
    const places = await placesOf(volume);
    for (const own of [false, true]) {
      await rm(join(volume.at, 'dev'), { recursive: true });
      await addForShell(places);
      if (own) await writeFile(join(volume.at, 'dev/own'), 'x');
      await removeAdditions(places);
      expect((await readdir(volume.at)).includes('dev')).toBe(own);
      if (!own) await mkdir(join(volume.at, 'dev'));
    }
    expect(await text(volume, 'dev/own')).toBe('x');
  });

  it('H26 is never put into what is mounted on the /dev of the image', async () => {
    await using volume = await busybox();
    const places = await placesOf(volume);
    const dev = join(volume.at, 'dev');
    await run('mount', '-t', 'tmpfs', 'none', dev);
    try {
      expect((await addForShell(places)).added).toEqual([SHELL]);
      expect(await readdir(dev)).toEqual([]);
    } finally {
      await run('umount', dev);
    }
    await removeAdditions(places);
    expect((await addForShell(places)).added).toContain('/dev/zero');
    await run('mount', '-t', 'tmpfs', 'none', dev);
    try {
      await symlink('/proc/self/fd', join(dev, 'fd'));
      await removeAdditions(places);
      expect(await readdir(dev)).toEqual(['fd']);
    } finally {
      await run('umount', dev);
    }
  });

  it('lacks device nodes where mknod is not permitted, and says so', async () => {
    await using volume = await busybox();
    const { added, refused } = await addForShell({ ...(await placesOf(volume)), runner: refusingRunner });
    expect(refused).toBe('Operation not permitted');
    expect(added).toEqual(['/dev/fd', '/dev/stdin', '/dev/stdout', '/dev/stderr', SHELL]);
  });
});
