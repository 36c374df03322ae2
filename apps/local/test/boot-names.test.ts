// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { describe, expect, it } from 'vitest';

import { chooseBootNames, type WantedBootNames } from '../src/image/boot-names.ts';

const nothing: WantedBootNames = { kernel: undefined, initrd: undefined, parameters: undefined };
const x86 = { architecture: 'x86_64' } as const;

describe('what is published from /boot', () => {
  it('has the names of the contract when they are there', () => {
    expect(chooseBootNames(['vmlinuz', 'vmlinuz-6.1', 'initrd', 'kernel-parameters'], nothing, x86)).toEqual({
      names: { kernel: 'vmlinuz', initrd: 'initrd', parameters: 'kernel-parameters' },
      notes: [],
    });
    expect(chooseBootNames(['Image', 'initrd'], nothing, { architecture: 'aarch64' }).names).toEqual({
      kernel: 'Image',
      initrd: 'initrd',
      parameters: undefined,
    });
  });

  it('is the newest kernel and initrd otherwise, and that is said', () => {
    const inBoot = ['vmlinuz-6.9.1', 'vmlinuz-6.10.0', 'initrd.img-6.9.1', 'initrd.img-6.10.0', 'config-6.10.0'];
    const { names, notes } = chooseBootNames(inBoot, nothing, x86);
    expect(names).toEqual({ kernel: 'vmlinuz-6.10.0', initrd: 'initrd.img-6.10.0', parameters: undefined });
    expect(notes.join('\n')).toMatch(/no vmlinuz; takes vmlinuz-6\.10\.0 .*--kernel/);
  });

  it('is what was asked for, even when a customization has yet to bring it', () => {
    const { names, notes } = chooseBootNames(['vmlinuz', 'initrd'], { ...nothing, kernel: 'mine' }, x86);
    expect(names.kernel).toBe('mine');
    expect(notes).toHaveLength(1);
  });

  it('is warned about when there is nothing like it', () => {
    expect(chooseBootNames([], nothing, x86).notes).toHaveLength(2);
  });
});
