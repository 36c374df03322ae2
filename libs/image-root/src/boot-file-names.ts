// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

/** Names of the boot files in the image's `/boot`, or their paths below it. */
export interface BootFileNames {
  readonly kernel: string;
  readonly initrd: string;
  /** `undefined`: kernel parameters are not wanted. */
  readonly parameters: string | undefined;
}

/** What the job's variables say; empty or absent is unset. */
export interface BootFileSettings {
  readonly kernel?: string | undefined;
  readonly initrd?: string | undefined;
  readonly parameters?: string | undefined;
  readonly arch: 'x86_64' | 'aarch64';
}

/**
 * The boot file names by the rules of reference §5: `Image` is the kernel of an aarch64 image even when
 * the variable says `vmlinuz`, because that is only the default of a client.
 */
export function bootFileNames({ kernel, initrd, parameters, arch }: BootFileSettings): BootFileNames {
  const usual = arch === 'aarch64' ? 'Image' : 'vmlinuz';
  const wanted = orUnset(kernel) ?? usual;
  return {
    kernel: wanted === 'vmlinuz' ? usual : wanted,
    initrd: orUnset(initrd) ?? 'initrd',
    parameters: orUnset(parameters),
  };
}

function orUnset(value: string | undefined): string | undefined {
  return value === '' ? undefined : value;
}

const LONGEST_NAME = 255;

const namesOf = (path: string): string[] => path.split('/');

interface NameRule {
  readonly broken: (name: string) => boolean;
  readonly problem: string;
}

const NAME_RULES: readonly NameRule[] = [
  { broken: (name) => name === '', problem: 'is empty' },
  { broken: (path) => namesOf(path).some((name) => name === ''), problem: 'is no path below /boot' },
  { broken: (path) => namesOf(path).some((name) => name === '.' || name === '..'), problem: 'names a directory' },
  { broken: (name) => /\p{Cc}/u.test(name), problem: 'holds a control character' },
  {
    broken: (path) => namesOf(path).some((name) => Buffer.byteLength(name) > LONGEST_NAME),
    problem: `is longer than ${String(LONGEST_NAME)} bytes`,
  },
];

/** What is wrong with the path of a file below `/boot`, in words that follow it; `undefined` when nothing is. */
export function checkFileName(name: string): string | undefined {
  return NAME_RULES.find(({ broken }) => broken(name))?.problem;
}
