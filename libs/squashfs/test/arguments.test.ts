// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { describe, expect, it } from 'vitest';
import fc from 'fast-check';

import {
  chooseCompression,
  describeCompression,
  packArguments,
  parseSuperblock,
  SUPERBLOCK_BYTES,
  unpackArguments,
} from '../src/index.ts';

const yes = { readsZstd: true, why: '/boot/config-6.1 has CONFIG_SQUASHFS_ZSTD=y' };
const auto = { name: 'auto', blockSize: 131072 } as const;
const no = { readsZstd: false, why: 'no kernel configuration was found' };

describe('chooseCompression', () => {
  it('takes zstd level 9 when the kernel of the image can read it', () => {
    expect(chooseCompression(auto, yes)).toEqual({ name: 'zstd', level: 9, blockSize: 131072, why: yes.why });
  });

  it('takes what the pair has always taken when the kernel cannot, and says why', () => {
    expect(chooseCompression(auto, no)).toEqual({ name: 'gzip', level: undefined, blockSize: 131072, why: no.why });
    expect(describeCompression(chooseCompression(auto, no))).toBe(`gzip, 128 KiB blocks: ${no.why}`);
  });

  it('takes what was asked for whatever the kernel can read', () => {
    expect(chooseCompression({ ...auto, name: 'zstd' }, no)).toMatchObject({ name: 'zstd', level: 9 });
    expect(describeCompression(chooseCompression({ name: 'zstd', level: 19, blockSize: 1048576 }, no))).toBe(
      'zstd level 19, 1 MiB blocks: asked for by IMS_SQUASHFS_COMPRESSION',
    );
    expect(describeCompression(chooseCompression({ ...auto, name: 'xz' }, yes))).toBe(
      'xz, 128 KiB blocks: asked for by IMS_SQUASHFS_COMPRESSION',
    );
  });
});

describe('packArguments', () => {
  const request = {
    imageRoot: '/mnt/image/image-root',
    archive: '/mnt/image/.ims/rootfs.sqsh.partial',
    compression: chooseCompression(auto, yes),
    resources: { processors: 4, memory: 512 * 1024 * 1024 },
    mountPoints: [],
  };

  it('H18 never appends, keeps attributes and fails on what cannot be read', () => {
    expect(packArguments(request)).toEqual([
      ...['/mnt/image/image-root', '/mnt/image/.ims/rootfs.sqsh.partial', '-noappend', '-no-recovery', '-xattrs'],
      ...['-exit-on-error', '-quiet', '-no-progress', '-comp', 'zstd', '-b', '131072', '-Xcompression-level', '9'],
      ...['-processors', '4', '-mem', '524288K'],
    ]);
  });

  it('names no level for a compressor without one', () => {
    const args = packArguments({ ...request, compression: chooseCompression(auto, no) });
    expect(args).not.toContain('-Xcompression-level');
    expect(args).toContain('131072');
  });

  it('H26 leaves out what is mounted, as literal names and at the end', () => {
    const mountPoints = [
      { path: 'proc', directory: true },
      { path: 'a*/-e [x]', directory: true },
      { path: 'etc/für', directory: false },
    ];
    expect(packArguments({ ...request, mountPoints }).slice(-7)).toEqual([
      ...['-wildcards', '-e', 'proc/*', 'proc/.*'],
      ...['a\\*/\\-e\\ \\[x\\]/*', 'a\\*/\\-e\\ \\[x\\]/.*', 'etc/für'],
    ]);
  });

  it('unpacks by a short path, attributes included, in little memory', () => {
    expect(unpackArguments({ archive: '/a', name: 'd', processors: 2 })).toEqual([
      ...['-xattrs', '-processors', '2', '-data-queue', '32', '-frag-queue', '32', '-dest', 'd', '/a'],
    ]);
  });

  it.each([
    [1, '32'],
    [16, '128'],
    [128, '256'],
  ])('keeps blocks for each of %i processors, and never more than is usual', (processors, mebibytes) => {
    const said = unpackArguments({ archive: '/a', name: 'd', processors });
    for (const queue of ['-data-queue', '-frag-queue']) expect(said[said.indexOf(queue) + 1]).toBe(mebibytes);
  });
});

describe('parseSuperblock', () => {
  const superblock = (change: (view: DataView) => void): Uint8Array => {
    const view = new DataView(new ArrayBuffer(SUPERBLOCK_BYTES));
    view.setUint32(0, 0x73717368, true);
    view.setUint32(4, 17, true);
    view.setUint32(12, 131072, true);
    view.setUint16(20, 6, true);
    view.setUint16(28, 4, true);
    view.setBigUint64(40, 5_000_000_000n, true);
    view.setBigUint64(64, 4_000_000_000n, true);
    view.setBigUint64(72, 4_500_000_000n, true);
    change(view);
    return new Uint8Array(view.buffer);
  };

  it('tells inodes, block size, compression and length', () => {
    expect(
      parseSuperblock(
        superblock(() => undefined),
        'x',
      ),
    ).toEqual({
      ...{ inodes: 17, createdSeconds: 0, blockSize: 131072, compression: 'zstd', bytesUsed: 5_000_000_000 },
      ...{ inodeTable: 4_000_000_000, directoryTable: 4_500_000_000 },
    });
    expect(
      parseSuperblock(
        superblock((view) => view.setUint16(20, 9, true)),
        'x',
      ).compression,
    ).toBe('unknown (9)');
  });

  it.each([
    ['is no squashfs archive', (view: DataView) => view.setUint32(0, 7, true)],
    ['is a squashfs 3.1, only 4.0 can be read', (view: DataView) => view.setUint32(28, 0x10003, true)],
    ['has a superblock that makes no sense', (view: DataView) => view.setBigUint64(40, 2n ** 63n, true)],
  ])('refuses one that %s', (message, change) => {
    expect(() => parseSuperblock(superblock(change), '/image.sqsh')).toThrow(`/image.sqsh ${message}`);
  });

  it('refuses any bytes with a failure of ours', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(() => parseSuperblock(bytes, 'x')).toThrow(expect.objectContaining({ reason: 'ConfigurationInvalid' }));
      }),
    );
  });
});
