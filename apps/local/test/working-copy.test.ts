// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { execFile } from 'node:child_process';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createRunner } from '@ims/process';
import { silentLogger } from '@ims/runtime';
import { cleanUp, imageTemplate, temporaryDirectory } from '@ims/testing';
import { afterEach, describe, expect, it } from 'vitest';

import { findImageSource, type ImageSource } from '../src/image/image-source.ts';
import { bytesText, measure, shortage } from '../src/image/space.ts';
import { makeWorkingCopy } from '../src/image/working-copy.ts';

const run = promisify(execFile);

const ports = {
  runner: createRunner({ logger: silentLogger }),
  logger: silentLogger,
  signal: new AbortController().signal,
};

afterEach(cleanUp);

/** An image root with everything that a careless copy loses. */
async function hardRoot(work: string): Promise<string> {
  const root = join(work, 'root');
  await run('cp', ['-a', '--', await imageTemplate(), root]);
  const script = `
    cd "$1"
    echo owned > etc/owned; chown 1234:4321 etc/owned; chmod 4751 etc/owned
    ln etc/owned etc/linked; ln -s ../nowhere etc/dangling
    mkfifo dev/pipe; mknod dev/disk b 7 9
    setfattr -n user.note -v kept etc/owned; setfattr -n trusted.note -v kept etc/owned
    truncate -s 5M var/hole; touch "etc/a $(printf '\\303\\244\\n') name"
    chmod 1777 tmp; touch -d '2001-02-03 04:05:06' etc/owned`;
  await run('sh', ['-ec', script, 'sh', root]);
  return root;
}

/** Names, types, modes, owners, sizes, times, link counts, targets and attributes of a whole tree. */
async function listing(root: string): Promise<string> {
  const find = await run('find', ['.', '-printf', '%P|%y|%m|%U:%G|%s|%n|%l|%T@\\n'], { cwd: root });
  const attributes = await run('getfattr', ['-R', '-P', '-h', '-d', '-m', '-', '.'], { cwd: root });
  const devices = await run('stat', ['-c', '%t:%T', 'dev/disk', 'dev/null'], { cwd: root });
  // Directories are sized and dated as their file system likes.
  const lines = find.stdout.split('\n').map((line) => line.replace(/^(.*\|d\|[^|]*\|[^|]*)\|.*$/, '$1'));
  const whole = lines.map((line) => line.replace(/\.\d+$/, '')).sort();
  return [...whole, attributes.stdout, devices.stdout].join('\n');
}

async function source(path: string): Promise<ImageSource> {
  const found = await findImageSource(path);
  if ('problem' in found) throw new Error(found.problem);
  return found.source;
}

describe('the working copy', () => {
  it('of a directory, a squashfs and a tar archive is the image itself, and the source is not changed', async () => {
    const work = await temporaryDirectory();
    const root = await hardRoot(work);
    const before = await listing(root);
    await run('mksquashfs', [root, 'root.sqsh', '-quiet', '-no-progress', '-comp', 'zstd'], { cwd: work });
    const keep = ['--xattrs', '--xattrs-include=*', '--sparse', '--numeric-owner'];
    await run('tar', [...keep, '--zstd', '-C', root, '-cf', 'root.tar.zst', '.'], { cwd: work });
    await run('tar', [...keep, '-C', root, '-cf', 'root.tar', '.'], { cwd: work });
    for (const name of ['root', 'root.sqsh', 'root.tar.zst', 'root.tar']) {
      const copy = join(work, `copy-of-${name}`, 'image-root');
      await makeWorkingCopy(await source(join(work, name)), copy, ports);
      expect(await listing(copy), name).toBe(before);
    }
    expect(await listing(root)).toBe(before);
  });

  it('H26 of a directory leaves out what is mounted into it', async () => {
    const work = await temporaryDirectory();
    const root = join(work, 'root');
    await run('cp', ['-a', '--', await imageTemplate(), root]);
    await run('mount', ['-t', 'proc', 'proc', join(root, 'proc')]);
    try {
      await makeWorkingCopy(await source(root), join(work, 'copy'), ports);
      expect(await readdir(join(work, 'copy', 'proc'))).toEqual([]);
    } finally {
      await run('umount', [join(root, 'proc')]);
    }
  });

  it('is gone when the archive holds no image root, and the error says what it holds', async () => {
    const work = await temporaryDirectory();
    await mkdir(join(work, 'photos'));
    await writeFile(join(work, 'photos', 'cat.jpg'), 'meow');
    await run('tar', ['-C', work, '-czf', join(work, 'photos.tgz'), 'photos']);
    const copying = makeWorkingCopy(await source(join(work, 'photos.tgz')), join(work, 'volume', 'image-root'), ports);
    await expect(copying).rejects.toMatchObject({
      reason: 'ConfigurationInvalid',
      message: expect.stringContaining('it holds photos') as string,
    });
    expect(await readdir(join(work, 'volume'))).toEqual([]);
  });

  it.each([
    ['a window of 2 GiB', 'zstd -q --ultra --long=31'],
    ['frames to be skipped, as pzstd writes them', "{ printf 'P*M\\030\\004\\0\\0\\0\\0\\0\\0\\0'; zstd -q; }"],
  ])('is made of a zstd archive with %s', async (_what, packer) => {
    const work = await temporaryDirectory();
    const image = await imageTemplate();
    // A stream of unknown length gets the whole window that is asked for.
    await run('sh', ['-ec', `tar -C "$1" -c . | ${packer} > "$2/root.tar.zst"`, 'sh', image, work]);
    await makeWorkingCopy(await source(join(work, 'root.tar.zst')), join(work, 'copy'), ports);
    expect(await readdir(join(work, 'copy', 'boot'))).toEqual(await readdir(join(image, 'boot')));
  });

  it('is gone when the archive holds no tar, and the error is the first that was said', async () => {
    const work = await temporaryDirectory();
    await run('sh', ['-c', 'head -c 5000 /dev/urandom | gzip > "$1/noise.tar.gz"', 'sh', work]);
    const copying = makeWorkingCopy(await source(join(work, 'noise.tar.gz')), join(work, 'copy'), ports);
    await expect(copying).rejects.toMatchObject({
      message: expect.stringContaining('tar: tar: This does not look like a tar archive') as string,
    });
  });

  it('is gone when the archive is damaged', async () => {
    const work = await temporaryDirectory();
    await run('sh', ['-c', 'tar -C "$1" -cz . | head -c 30000 > "$2/cut.tgz"', 'sh', await imageTemplate(), work]);
    const copying = makeWorkingCopy(await source(join(work, 'cut.tgz')), join(work, 'volume', 'image-root'), ports);
    await expect(copying).rejects.toMatchObject({ reason: 'ConfigurationInvalid' });
    expect(await readdir(join(work, 'volume'))).toEqual([]);
  });
});

describe('H16 the space for a working copy', () => {
  const free = { bytes: 1_000_000_000, inodes: 1000 };

  it('is said in bytes and in inodes when it is missing', () => {
    const bytes = shortage({ bytes: 2_000_000_000, inodes: 1, exact: true }, free, '/srv');
    expect(bytes).toBe('the working copy takes 2.0 GB, and /srv has 1.0 GB free');
    const inodes = shortage({ bytes: 1, inodes: 5000, exact: false }, free, '/srv');
    expect(inodes).toBe('the working copy takes at least 5000 inodes, and /srv has 1000 free');
    expect(shortage({ bytes: 1, inodes: 1, exact: true }, free, '/srv')).toBeUndefined();
  });

  it('refuses the copy before anything is written', async () => {
    const work = await temporaryDirectory();
    await run('cp', ['-a', '--', await imageTemplate(), join(work, 'root')]);
    await mkdir(join(work, 'small'));
    await run('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', join(work, 'small')]);
    try {
      const copying = makeWorkingCopy(await source(join(work, 'root')), join(work, 'small', 'image-root'), ports);
      await expect(copying).rejects.toMatchObject({ reason: 'NoSpace' });
      expect(await readdir(join(work, 'small'))).toEqual([]);
    } finally {
      await run('umount', [join(work, 'small')]);
    }
  });

  it('of a squashfs is that of its data: holes take nothing, and a file of many names is there once', async () => {
    const work = await temporaryDirectory();
    const root = join(work, 'root');
    await run('cp', ['-a', '--', await imageTemplate(), root]);
    const plant = `cd "$1/var/log"; truncate -s 3G lastlog; echo here | dd of=lastlog conv=notrunc status=none
      head -c 3M /dev/urandom > many; for n in $(seq 400); do ln many "many-$n"; done`;
    await run('bash', ['-ec', plant, 'bash', root]);
    await run('mksquashfs', [root, join(work, 'root.sqsh'), '-quiet', '-no-progress', '-comp', 'zstd']);
    const real = async (unit: string): Promise<number> =>
      Number.parseInt((await run('du', ['-s', unit, root])).stdout, 10);
    const need = await measure(await source(join(work, 'root.sqsh')), work, ports);
    expect(need).toMatchObject({ exact: true, inodes: await real('--inodes') });
    expect(Math.abs(need.bytes / (await real('--block-size=1')) - 1)).toBeLessThan(0.1);
    await makeWorkingCopy(await source(join(work, 'root.sqsh')), join(work, 'copy'), ports);
    expect(Number.parseInt((await run('du', ['-s', '--block-size=1', join(work, 'copy')])).stdout, 10)).toBeLessThan(
      1.1 * need.bytes,
    );
  });

  it('is written for people', () => {
    expect([0, 999, 1000, 143_200_000, 3e15].map(bytesText)).toEqual([
      '0 B',
      '999 B',
      '1.0 kB',
      '143.2 MB',
      '3000.0 TB',
    ]);
  });
});
