// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { link, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { enoughSpace, freeSpace, humanBytes, openImageRoot, packingNeeds, usageOf } from '../src/index.ts';

import { run } from './programs.ts';
import { makeVolume } from './volume.ts';

const MB = 1_000_000;

describe('the size of a tree', () => {
  it('counts hard links once, holes not, and follows no link', async () => {
    await using volume = await makeVolume({ 'd/e/f': '12345', out: '-> ../outside', loop: '-> loop' });
    await link(join(volume.at, 'd/e/f'), join(volume.at, 'g'));
    await writeFile(join(volume.at, 'sparse'), '');
    await truncate(join(volume.at, 'sparse'), 1_000_000_000);
    await run('mkfifo', join(volume.at, 'fifo'));
    expect(await usageOf(volume.root)).toEqual({ bytes: 1_000_000_005, dataBytes: 5, inodes: 8 });
  });

  it('does not count what is mounted below', async () => {
    await using volume = await makeVolume({ proc: '/' });
    await run('mount', '-t', 'proc', 'proc', join(volume.at, 'proc'));
    try {
      expect((await usageOf(volume.root)).inodes).toBe(2);
    } finally {
      await run('umount', join(volume.at, 'proc'));
    }
  });

  it('agrees with du on a real tree', async () => {
    await using root = await openImageRoot('/usr/share/perl');
    const [inodes] = (await run('du', '-s', '--inodes', '-x', '/usr/share/perl')).split('\t');
    expect((await usageOf(root)).inodes).toBe(Number(inodes));
  });

  it('of a tree nested deeper than any path can name is counted as far as it can be packed', async () => {
    await using volume = await makeVolume({});
    const half = Array.from({ length: 25 }, () => 'd'.repeat(100)).join('/');
    await run('sh', '-c', 'cd "$0" && mkdir -p "$1" && cd -P "$1" && mkdir -p "$1"', volume.at, half);
    // A hundred bytes and a slash for each directory: the 41st is the first whose path is longer than PATH_MAX.
    expect((await usageOf(volume.root)).inodes).toBe(1 + 41);
  });
});

describe('the room for packing', () => {
  const margin = { bytes: 32 * MB, inodes: 32 };
  const need = packingNeeds({ bytes: 500 * MB, dataBytes: 500 * MB, inodes: 10_000 }, margin);

  it('H10 H16 is a finding with the numbers when it is short', () => {
    const finding = enoughSpace({ where: '/mnt/image', need, free: { bytes: 100 * MB, inodes: 3 } });
    expect(finding).toEqual({
      reason: 'NoSpace',
      message:
        '/mnt/image has 100.0 MB free and about 333.7 MB needed, 3 inodes free and 48 needed; remove what the image does not need or give the job a larger volume',
    });
  });

  it('H16 tells bytes and inodes apart', () => {
    const short = (free: { bytes: number; inodes: number }): string | undefined =>
      enoughSpace({ where: '/v', need, free })?.message;
    expect(short({ bytes: 1000 * MB, inodes: 0 })).toMatch(/^\/v has 0 inodes free/);
    expect(short({ bytes: 0, inodes: Infinity })).toMatch(/^\/v has 0 bytes free/);
    expect(short({ bytes: 1000 * MB, inodes: Infinity })).toBeUndefined();
  });

  it('H16 is read from the file system', async () => {
    await using volume = await makeVolume({ small: '/' });
    const small = join(volume.at, 'small');
    await run('mount', '-t', 'tmpfs', '-o', 'size=1m,nr_inodes=10', 'none', small);
    try {
      expect(await freeSpace(small)).toEqual({ bytes: 1024 * 1024, inodes: 9 });
      await expect(freeSpace(join(small, 'none'))).rejects.toMatchObject({ reason: 'ImageInvalid' });
    } finally {
      await run('umount', small);
    }
  });

  it.each([
    [0, '0 bytes'],
    [999, '999 bytes'],
    [1500, '1.5 kB'],
    [2_340_000_000, '2.3 GB'],
    [5e15, '5000.0 TB'],
  ])('writes %d bytes as %s', (bytes, text) => {
    expect(humanBytes(bytes)).toBe(text);
  });
});
