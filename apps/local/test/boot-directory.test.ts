// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cleanUp, temporaryDirectory } from '@ims/testing';
import { afterEach, describe, expect, it } from 'vitest';

import { readBootDirectory } from '../src/image/boot-directory.ts';

afterEach(cleanUp);

describe('what an image has that can be booted', () => {
  it('H27 is read inside the image, also where /boot and /lib are absolute links', async () => {
    const root = await temporaryDirectory();
    await mkdir(join(root, 'usr/lib/boot'), { recursive: true });
    await mkdir(join(root, 'usr/lib/modules/6.1.0-56-amd64'), { recursive: true });
    await writeFile(join(root, 'usr/lib/boot/vmlinuz-6.1.0-56-amd64'), '');
    await symlink('vmlinuz-6.1.0-56-amd64', join(root, 'usr/lib/boot/vmlinuz'));
    await symlink('/usr/lib/boot', join(root, 'boot'));
    await symlink('/usr/lib', join(root, 'lib'));
    expect(await readBootDirectory(root)).toEqual({
      names: ['vmlinuz', 'vmlinuz-6.1.0-56-amd64'],
      links: { vmlinuz: 'vmlinuz-6.1.0-56-amd64' },
      modules: ['6.1.0-56-amd64'],
    });
  });

  it('H27 is nothing where /boot leads out of the image or is not there', async () => {
    const root = await temporaryDirectory();
    expect(await readBootDirectory(root)).toEqual({ names: [], links: {}, modules: [] });
    await symlink('../../../../boot', join(root, 'boot'));
    expect(await readBootDirectory(root)).toMatchObject({ names: [] });
  });
});
