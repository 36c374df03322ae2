// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { writeFile } from 'node:fs/promises';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';

import { filterBytes } from '@ims/process';
import { arm64Image, bzImage, cpio, elf, initrdOf, microcode } from '@ims/testing';

import { checkBoot, inspectBootFiles, type BootCheck } from '../src/index.ts';

import { makeVolume, type Tree, type Volume } from './volume.ts';

const NAMES = { kernel: 'vmlinuz', initrd: 'initrd', parameters: undefined };

/** The module that says that this kernel cannot mount squashfs by itself. */
const MODULAR: Tree = {
  'usr/lib/modules/6.10.0/kernel/fs/squashfs/squashfs.ko.xz': '',
  lib: '-> usr/lib',
  'boot/vmlinuz': '',
  'boot/initrd': '',
  'usr/bin/dracut': '',
};

async function volumeWith(tree: Tree, files: Readonly<Record<string, Buffer>>): Promise<Volume> {
  const volume = await makeVolume(tree);
  for (const [name, bytes] of Object.entries(files)) await writeFile(`${volume.at}/${name}`, bytes);
  return volume;
}

async function check(volume: Volume, prefix = ''): Promise<BootCheck> {
  const { files } = await inspectBootFiles(volume.root, NAMES);
  const xz = (packed: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> =>
    filterBytes({ program: 'xz', args: ['-dc'] }, packed);
  return await checkBoot(volume.root, { names: NAMES, files, prefix, decompressors: { xz } });
}

async function xzOf(bytes: Buffer): Promise<Buffer> {
  const packed = filterBytes(
    { program: 'xz', args: ['-c'] },
    (async function* () {
      yield bytes;
    })(),
  );
  return Buffer.concat(await Array.fromAsync(packed));
}

const FINE = { findings: [], notes: [] };

describe('kernel, modules and initrd', () => {
  it.each<[string, (bytes: Buffer) => Buffer | Promise<Buffer>]>([
    ['nothing', (bytes) => bytes],
    ['gzip', gzipSync],
    ['zstd', zstdCompressSync],
    ['xz', xzOf],
    ['gzip in two members', (bytes) => Buffer.concat([gzipSync(cpio({ early: 10 })), gzipSync(bytes)])],
    ['gzip, with zeros after it', (bytes) => Buffer.concat([gzipSync(bytes), Buffer.alloc(512)])],
  ])('of one version fit, and an initrd of another one does not: packed by %s', async (_name, pack) => {
    for (const release of ['6.10.0', '6.9.0']) {
      const initrd = Buffer.concat([microcode(), await pack(initrdOf(release))]);
      await using volume = await volumeWith(MODULAR, { 'boot/vmlinuz': bzImage('6.10.0'), 'boot/initrd': initrd });
      const { findings, notes } = await check(volume);
      expect(notes).toEqual([]);
      expect(findings.map(({ reason, message }) => `${reason}: ${message}`)).toEqual(
        release === '6.10.0'
          ? []
          : [
              'KernelMismatch: the kernel is 6.10.0, and the initrd /boot/initrd has modules for 6.9.0 only: without its ' +
                'module squashfs no node can mount the root; run: dracut --force --no-hostonly /boot/initrd 6.10.0',
            ],
      );
    }
  });

  it('fit when the initrd has modules for this kernel among others', async () => {
    const initrd = gzipSync(initrdOf('6.9.0', '6.10.0'));
    await using volume = await volumeWith(MODULAR, { 'boot/vmlinuz': bzImage('6.10.0'), 'boot/initrd': initrd });
    expect(await check(volume)).toEqual(FINE);
  });

  it('of another version are only warned about when squashfs may be built into the kernel', async () => {
    const files = { 'boot/vmlinuz': bzImage('6.10.0'), 'boot/initrd': gzipSync(initrdOf('6.9.0')) };
    await using volume = await volumeWith(MODULAR, files);
    await volume.root.removeTree('/usr/lib/modules/6.10.0/kernel/fs');
    const { findings, notes } = await check(volume);
    expect(findings).toEqual([]);
    expect(notes).toEqual([expect.stringContaining('if nodes do not boot, run: dracut')]);
  });

  it('cannot be known of what is no kernel, and that is a warning', async () => {
    await using volume = await volumeWith(MODULAR, {
      'boot/vmlinuz': Buffer.from('a kernel in name only'),
      'boot/initrd': initrdOf('6.9.0'),
    });
    const { findings, notes } = await check(volume);
    expect(findings).toEqual([]);
    expect(notes).toEqual([expect.stringContaining('which version the kernel /boot/vmlinuz has cannot be known')]);
  });

  it.each([
    ['is no archive', Buffer.from('an initial ramdisk in name only'), 'it is no archive of cpio'],
    ['is packed by what cannot be read', Buffer.from('02214c18abcdef', 'hex'), 'packed by lz4'],
    ['is truncated', gzipSync(initrdOf('6.9.0')).subarray(0, 60), 'end'],
    ['is damaged', Buffer.concat([Buffer.from('070701zzzz'), Buffer.alloc(200, 'z')]), 'damaged'],
    ['has a name without end', Buffer.from(`070701${'00000000'.repeat(11)}7fffffff00000000`), 'too long'],
    [
      'has a file without end',
      Buffer.from(`070701${'00000000'.repeat(6)}ffffffff${'00000000'.repeat(4)}0000000200000000a\0`),
      'end',
    ],
  ])('cannot be known when the initrd %s, and that is a warning', async (_what, initrd, why) => {
    await using volume = await volumeWith(MODULAR, { 'boot/vmlinuz': bzImage('6.10.0'), 'boot/initrd': initrd });
    const { findings, notes } = await check(volume);
    expect(findings).toEqual([]);
    expect(notes).toEqual([expect.stringContaining(why)]);
  });

  it('are warned about when the modules are of another kernel, and say nothing of an initrd without modules', async () => {
    await using volume = await volumeWith(MODULAR, {
      'boot/vmlinuz': bzImage('5.3.18-59-default'),
      'boot/initrd': cpio({ init: 5 }),
    });
    expect(await check(volume)).toEqual({
      findings: [],
      notes: ['the kernel /boot/vmlinuz is 5.3.18-59-default, and the image has modules for 6.10.0 only'],
    });
  });

  it('are of one processor, that of the programs', async () => {
    const fits = { 'boot/vmlinuz': bzImage('6.10.0'), 'boot/initrd': initrdOf('6.10.0') };
    await using right = await volumeWith({ ...MODULAR, 'bin/sh': '' }, { ...fits, 'bin/sh': elf(62) });
    expect(await check(right)).toEqual(FINE);
    await using wrong = await volumeWith({ ...MODULAR, 'bin/sh': '' }, { ...fits, 'bin/sh': elf(183) });
    expect((await check(wrong)).findings[0]?.message).toContain(
      'the kernel /boot/vmlinuz is for x86_64, and /bin/sh for aarch64',
    );
  });

  it.each([
    ['as it is', arm64Image('6.10.0')],
    ['with its version across two pieces', arm64Image('6.10.0', { bannerAt: 1024 * 1024 - 20 })],
    ['packed', gzipSync(arm64Image('6.10.0'))],
  ])('are known of an arm64 Image %s', async (_how, kernel) => {
    await using volume = await volumeWith(MODULAR, { 'boot/vmlinuz': kernel, 'boot/initrd': initrdOf('6.9.0') });
    expect((await check(volume)).findings[0]?.message).toContain('the kernel is 6.10.0, and the initrd');
    await using other = await volumeWith({ ...MODULAR, 'bin/sh': '' }, { 'boot/vmlinuz': kernel, 'bin/sh': elf(62) });
    expect((await check(other)).findings[0]?.message).toContain('is for aarch64, and /bin/sh for x86_64');
  });

  it.each([
    ['usr/sbin/update-initramfs', 'update-initramfs -c -k 6.10.0 && ln -sfn initrd.img-6.10.0 /boot/initrd'],
    ['sbin/mkinitrd', 'mkinitrd -k vmlinuz-6.10.0 -i initrd'],
    ['etc/nothing', 'make the initrd anew for this kernel'],
  ])('that do not fit come with the command of the image: %s', async (tool, command) => {
    const files = { 'boot/vmlinuz': bzImage('6.10.0'), 'boot/initrd': initrdOf('6.9.0') };
    const others = Object.fromEntries(Object.entries(MODULAR).filter(([name]) => name !== 'usr/bin/dracut'));
    await using volume = await volumeWith({ ...others, [tool]: '' }, files);
    expect((await check(volume)).findings[0]?.message).toContain(command);
  });

  it('that do not fit come with a command that enters the image for a shell outside of it', async () => {
    const files = { 'boot/vmlinuz': bzImage('6.10.0'), 'boot/initrd': initrdOf('6.9.0') };
    await using volume = await volumeWith(MODULAR, files);
    expect((await check(volume, '/mnt/image/image-root')).findings[0]?.message).toContain(
      "run: chroot /mnt/image/image-root sh -c 'dracut --force --no-hostonly /boot/initrd 6.10.0'",
    );
  });
});
