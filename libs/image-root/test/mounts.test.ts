// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import fc from 'fast-check';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { mountsBelow, parseMountInfo } from '../src/index.ts';

import { run } from './programs.ts';
import { makeVolume } from './volume.ts';

describe('mounts', () => {
  it('are read with any number of optional fields and with escapes', () => {
    const text = [
      '36 35 98:0 /a /mnt/a\\040b\\134c rw,noatime master:1 propagate_from:2 - ext4 /dev/root rw',
      '37 35 0:5 / /mnt/image/image-root/proc rw - proc proc rw',
      'nonsense',
      '',
    ].join('\n');
    expect(parseMountInfo(text)).toEqual([
      { mountPoint: '/mnt/a b\\c', fsType: 'ext4', source: '/dev/root' },
      { mountPoint: '/mnt/image/image-root/proc', fsType: 'proc', source: 'proc' },
    ]);
  });

  it('are parsed from any text without a crash', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(parseMountInfo(text)).toBeInstanceOf(Array);
      }),
    );
  });

  it('H26 below a directory are found, deepest first, and its own mount is not one', async () => {
    await using volume = await makeVolume({ 'dev x': '/', development: '/' });
    const dev = join(volume.at, 'dev x');
    expect(await mountsBelow(volume.at)).toEqual([]);
    await run('mount', '-t', 'tmpfs', 'none', dev);
    try {
      await mkdir(join(dev, 'sub'));
      await run('mount', '-t', 'proc', 'proc', join(dev, 'sub'));
      expect(await mountsBelow(volume.at)).toEqual([
        { mountPoint: join(dev, 'sub'), fsType: 'proc', source: 'proc' },
        { mountPoint: dev, fsType: 'tmpfs', source: 'none' },
      ]);
      expect(await mountsBelow(dev)).toHaveLength(1);
      expect(await mountsBelow(join(volume.at, 'development'))).toEqual([]);
    } finally {
      await run('umount', '-R', dev);
    }
    expect(await mountsBelow(volume.at)).toEqual([]);
  });
});
