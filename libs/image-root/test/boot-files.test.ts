// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { bootFileNames, checkFileName, inspectBootFiles } from '../src/index.ts';

import { run } from './programs.ts';
import { makeVolume } from './volume.ts';

const names = { kernel: 'vmlinuz', initrd: 'initrd', parameters: 'kernel-parameters' };

describe('the names of the boot files', () => {
  it.each([
    ['x86_64', undefined, 'vmlinuz'],
    ['x86_64', '', 'vmlinuz'],
    ['x86_64', 'Image', 'Image'],
    ['aarch64', undefined, 'Image'],
    ['aarch64', 'vmlinuz', 'Image'],
    ['aarch64', 'vmlinux.gz', 'vmlinux.gz'],
  ] as const)('on %s with KERNEL_FILENAME %s mean the kernel %s', (arch, kernel, expected) => {
    expect(bootFileNames({ arch, kernel, initrd: '', parameters: '' })).toEqual({
      kernel: expected,
      initrd: 'initrd',
      parameters: undefined,
    });
  });

  it.each(['', '.', '..', 'a/../b', 'a//b', 'a/', '/etc/shadow', '../x', 'a\nb', 'a\0b', 'é'.repeat(128)])(
    'refuse %j',
    (name) => {
      expect(checkFileName(name)).toBeTypeOf('string');
    },
  );

  it.each(['vmlinuz', 'vmlinuz-6.1.0-13-amd64', 'initrd..old', '-x', 'köln', 'a b', 'grub/vmlinuz'])(
    'accept %j',
    (name) => {
      expect(checkFileName(name)).toBeUndefined();
    },
  );
});

describe('the boot files', () => {
  it('H10 are found through links inside the image, absolute ones too', async () => {
    await using volume = await makeVolume({
      'boot/vmlinuz-6.1': 'kernel',
      'boot/vmlinuz': '-> /boot/vmlinuz-6.1',
      'boot/initrd': 'initrd',
      'boot/kernel-parameters': 'quiet',
    });
    expect(await inspectBootFiles(volume.root, names)).toEqual({
      files: {
        kernel: { path: '/boot/vmlinuz-6.1', size: 6 },
        initrd: { path: '/boot/initrd', size: 6 },
        boot_parameters: { path: '/boot/kernel-parameters', size: 5 },
      },
      findings: [],
      notes: [],
    });
  });

  it('H10 that are missing are all named at once with what to do', async () => {
    await using volume = await makeVolume({ 'boot/initrd': '-> initrd-5' });
    await run('mkfifo', join(volume.at, 'boot/vmlinuz'));
    const { findings, files } = await inspectBootFiles(volume.root, names);
    expect(files).toEqual({});
    expect(findings).toEqual([
      {
        reason: 'ImageInvalid',
        message:
          'the kernel is missing: /boot/vmlinuz is a FIFO; put the kernel there as a regular file or set KERNEL_FILENAME to its name',
      },
      {
        reason: 'ImageInvalid',
        message:
          'the initrd is missing: /boot/initrd is a link to initrd-5, but /boot/initrd-5 is not there; put the initrd there as a regular file or set INITRD_FILENAME to its name',
      },
    ]);
  });

  it('H23 say that the kernel parameters file is missing', async () => {
    await using volume = await makeVolume({ 'boot/vmlinuz': 'k', 'boot/initrd': 'i' });
    const { findings, notes } = await inspectBootFiles(volume.root, names);
    expect(findings).toEqual([]);
    expect(notes).toEqual([
      expect.stringMatching(/published without kernel parameters: .*\/boot\/kernel-parameters is not there/),
    ]);
    expect((await inspectBootFiles(volume.root, { ...names, parameters: undefined })).notes).toEqual([]);
  });

  it('H10 say that the kernel parameters are no regular file', async () => {
    await using volume = await makeVolume({ 'boot/vmlinuz': 'k', 'boot/initrd': 'i', 'boot/kernel-parameters': '/' });
    const { findings, notes } = await inspectBootFiles(volume.root, names);
    expect(notes).toEqual([]);
    expect(findings.map(({ message }) => message)).toEqual([expect.stringContaining('is a directory')]);
  });

  it('H27 that lead out of the image are refused and named', async () => {
    const target = '../../../../etc/admin-client-auth/client-secret';
    await using volume = await makeVolume({
      'boot/vmlinuz': '-> vmlinuz',
      'boot/initrd': `-> ${target}`,
      'boot/kernel-parameters': '-> ../../outside/secret',
    });
    const { findings, files } = await inspectBootFiles(volume.root, names);
    expect(files).toEqual({});
    expect(findings.map(({ reason }) => reason)).toEqual(['ImageInvalid', 'PathEscapesRoot', 'PathEscapesRoot']);
    expect(findings[1]?.message).toContain(`/boot/initrd is a link to ${target}`);
  });

  it('are found below /boot too, and never through a link that leads out of the image', async () => {
    await using volume = await makeVolume({ 'boot/grub/vmlinuz': 'k', 'boot/out': '-> ../../outside' });
    const below = { ...names, kernel: 'grub/vmlinuz', initrd: 'out/secret' };
    const { findings, files } = await inspectBootFiles(volume.root, below);
    expect(files).toEqual({ kernel: { path: '/boot/grub/vmlinuz', size: 1 } });
    expect(findings[0]).toMatchObject({ reason: 'PathEscapesRoot' });
  });

  it('with a name that leads elsewhere are a configuration error', async () => {
    await using volume = await makeVolume({});
    await expect(inspectBootFiles(volume.root, { ...names, initrd: '../etc/shadow' })).rejects.toMatchObject({
      reason: 'ConfigurationInvalid',
      message: 'INITRD_FILENAME="../etc/shadow" names a directory',
    });
  });

  it('that are empty are refused, but for kernel parameters', async () => {
    await using volume = await makeVolume({ 'boot/vmlinuz': '', 'boot/initrd': '-> empty', 'boot/empty': '' });
    const { findings } = await inspectBootFiles(volume.root, names);
    expect(findings).toEqual([
      {
        reason: 'ImageInvalid',
        message:
          'the kernel is empty: /boot/vmlinuz has no bytes; write it again or set KERNEL_FILENAME to another name',
      },
      {
        reason: 'ImageInvalid',
        message:
          'the initrd is empty: /boot/initrd has no bytes; write it again or set INITRD_FILENAME to another name',
      },
    ]);
    await using good = await makeVolume({ 'boot/vmlinuz': 'k', 'boot/initrd': 'i', 'boot/p': '' });
    const inspected = await inspectBootFiles(good.root, { ...names, parameters: 'p' });
    expect(inspected).toMatchObject({ findings: [], notes: ['/boot/p is empty'] });
  });
});
