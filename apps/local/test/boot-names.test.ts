// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { describe, expect, it } from 'vitest';

import { chooseBootNames, type BootDirectory, type WantedBootNames } from '../src/image/boot-names.ts';

const nothing: WantedBootNames = { kernel: undefined, initrd: undefined, parameters: undefined };
const boot = (names: readonly string[], more: Partial<BootDirectory> = {}): BootDirectory => ({
  names,
  links: {},
  modules: [],
  ...more,
});
const chosen = (names: readonly string[], more: Partial<BootDirectory> = {}, wanted = nothing): string => {
  const { kernel, initrd } = chooseBootNames(boot(names, more), wanted, 'x86_64').names;
  return `${kernel} ${initrd}`;
};

const EL = '5.14.0-427.el9.x86_64';
const SLES = '6.4.0-150600.21-default';

describe('what is published from /boot', () => {
  it('has the names of the contract when they are there', () => {
    expect(chooseBootNames(boot(['vmlinuz', 'vmlinuz-6.1', 'initrd', 'kernel-parameters']), nothing, 'x86_64')).toEqual(
      { names: { kernel: 'vmlinuz', initrd: 'initrd', parameters: 'kernel-parameters' }, notes: [] },
    );
    expect(chooseBootNames(boot(['Image', 'initrd']), nothing, 'aarch64').names).toEqual({
      kernel: 'Image',
      initrd: 'initrd',
      parameters: undefined,
    });
  });

  it.each([
    [
      'of RHEL with kdump and rescue',
      [`vmlinuz-${EL}`, 'vmlinuz-0-rescue-1f2e', `initramfs-${EL}.img`, `initramfs-${EL}kdump.img`],
      `vmlinuz-${EL} initramfs-${EL}.img`,
    ],
    [
      'of Debian with DKMS',
      ['vmlinuz-6.1.0-56-amd64', 'initrd.img-6.1.0-56-amd64', 'initrd.img-6.1.0-56-amd64.old-dkms'],
      'vmlinuz-6.1.0-56-amd64 initrd.img-6.1.0-56-amd64',
    ],
    [
      'with a backup of dpkg',
      ['vmlinuz-6.1.0-56-amd64', 'vmlinuz-6.1.0-56-amd64.dpkg-bak', 'initrd.img-6.1.0-56-amd64'],
      'vmlinuz-6.1.0-56-amd64 initrd.img-6.1.0-56-amd64',
    ],
    [
      'of SLES with kdump, and a packed vmlinux',
      [`vmlinux-${SLES}.gz`, `vmlinuz-${SLES}`, `initrd-${SLES}`, `initrd-${SLES}-kdump`],
      `vmlinuz-${SLES} initrd-${SLES}`,
    ],
    [
      'with a kernel for debugging',
      [`vmlinuz-${EL}`, `vmlinuz-${EL}+debug`, `initramfs-${EL}.img`, `initramfs-${EL}+debug.img`],
      `vmlinuz-${EL} initramfs-${EL}.img`,
    ],
    [
      'with a release candidate, which is older than the release',
      ['vmlinuz-6.12.0', 'vmlinuz-6.12.0-rc7', 'initrd-6.12.0', 'initrd-6.12.0-rc7'],
      'vmlinuz-6.12.0 initrd-6.12.0',
    ],
    [
      'of two versions, of which the newer is not the later word',
      ['vmlinuz-6.9.0', 'vmlinuz-6.10.0', 'initramfs-6.9.0.img', 'initramfs-6.10.0.img'],
      'vmlinuz-6.10.0 initramfs-6.10.0.img',
    ],
    [
      'with a newer kernel that has no initrd',
      ['vmlinuz-6.9.0', 'vmlinuz-6.10.0', 'initramfs-6.9.0.img'],
      'vmlinuz-6.9.0 initramfs-6.9.0.img',
    ],
    ['without versions', ['bzImage', 'initramfs.img'], 'bzImage initramfs.img'],
    [
      'of Arch',
      ['vmlinuz-linux', 'initramfs-linux.img', 'initramfs-linux-fallback.img'],
      'vmlinuz-linux initramfs-linux.img',
    ],
  ])('is the pair that nodes boot: %s', (_what, names, expected) => {
    expect(chosen(names)).toBe(expected);
    expect(chosen([...names].reverse())).toBe(expected);
  });

  it('is the newest pair whose modules are in the image', () => {
    const names = ['vmlinuz-6.9.0', 'vmlinuz-6.10.0', 'initrd-6.9.0', 'initrd-6.10.0'];
    expect(chosen(names, { modules: ['6.9.0'] })).toBe('vmlinuz-6.9.0 initrd-6.9.0');
    const { notes } = chooseBootNames(boot(names, { modules: ['5.3.18'] }), nothing, 'x86_64');
    expect(notes.join('\n')).toContain('the image has no modules of vmlinuz-6.10.0');
  });

  it('is the initrd of the kernel that is asked for, or that the usual name leads to', () => {
    const names = ['vmlinuz-6.9.0', 'vmlinuz-6.10.0', 'initrd-6.9.0', 'initrd-6.10.0'];
    expect(chosen(names, {}, { ...nothing, kernel: 'vmlinuz-6.9.0' })).toBe('vmlinuz-6.9.0 initrd-6.9.0');
    expect(chosen(names, {}, { ...nothing, initrd: 'initrd-6.9.0' })).toBe('vmlinuz-6.9.0 initrd-6.9.0');
    expect(chosen(['vmlinuz', ...names], { links: { vmlinuz: 'vmlinuz-6.9.0' } })).toBe('vmlinuz initrd-6.9.0');
  });

  it('is never a kernel with the initrd of another version, and that is said', () => {
    const { names, notes } = chooseBootNames(boot(['vmlinuz-6.10.0', 'initramfs-6.9.0.img']), nothing, 'x86_64');
    expect(names).toMatchObject({ kernel: 'vmlinuz', initrd: 'initrd' });
    expect(notes).toHaveLength(2);
  });

  it('is for a person to choose when flavors of one version are there, with the words to choose by', () => {
    const names = [
      'vmlinuz-6.4.0-21-azure',
      'vmlinuz-6.4.0-21-default',
      'initrd-6.4.0-21-azure',
      'initrd-6.4.0-21-default',
    ];
    expect(() => chosen(names)).toThrow(/vmlinuz-6\.4\.0-21-default with initrd-6\.4\.0-21-default/);
    expect(() => chosen(names)).toThrow(/vmlinuz-6\.4\.0-21-azure with initrd-6\.4\.0-21-azure/);
    expect(chosen(names, { modules: ['6.4.0-21-azure'] })).toBe('vmlinuz-6.4.0-21-azure initrd-6.4.0-21-azure');
    expect(chosen(names, {}, { ...nothing, kernel: 'vmlinuz-6.4.0-21-default' })).toContain('initrd-6.4.0-21-default');
  });

  it('is said when it has another name than the usual one', () => {
    const { notes } = chooseBootNames(boot(['vmlinuz-6.10.0', 'initrd-6.10.0']), nothing, 'x86_64');
    expect(notes.join('\n')).toMatch(/no vmlinuz; takes vmlinuz-6\.10\.0 .*--kernel/);
  });

  it('is what was asked for, even when a customization has yet to bring it', () => {
    const { names, notes } = chooseBootNames(boot(['vmlinuz', 'initrd']), { ...nothing, kernel: 'mine' }, 'x86_64');
    expect(names.kernel).toBe('mine');
    expect(notes).toHaveLength(1);
  });

  it('is warned about when there is nothing like it', () => {
    expect(chooseBootNames(boot([]), nothing, 'x86_64').notes).toHaveLength(2);
  });
});
