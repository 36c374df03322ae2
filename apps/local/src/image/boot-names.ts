// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

/** The names in `/boot` that a job publishes. */
export interface BootNames {
  readonly kernel: string;
  readonly initrd: string;
  readonly parameters: string | undefined;
}

/** What was asked for; a name that is left out is looked for. */
export interface WantedBootNames {
  readonly kernel: string | undefined;
  readonly initrd: string | undefined;
  readonly parameters: string | undefined;
}

/** The architecture of the image, as `BUILD_ARCH` has it. */
export type Architecture = 'x86_64' | 'aarch64';

/** The names and what has to be said about them. */
export interface Choice {
  readonly names: BootNames;
  readonly notes: readonly string[];
}

const DEFAULT_KERNEL: Readonly<Record<Architecture, string>> = { x86_64: 'vmlinuz', aarch64: 'Image' };
const KERNELS = /^(vmlinuz|vmlinux|Image|bzImage)([-.].+)?$/;
const INITRDS = /^(initrd|initramfs)([-.].+)?$/;
const PARAMETERS = 'kernel-parameters';

/**
 * Chooses what to publish from `/boot`: what was asked for, else the contract's default name when it is there
 * (contract §5), else the newest file that is named like a kernel or an initrd. What is still missing when the user
 * says complete is the agent's to refuse, since a customization may bring it.
 */
export function chooseBootNames(
  inBoot: readonly string[],
  wanted: WantedBootNames,
  job: { readonly architecture: Architecture },
): Choice {
  const kernel = choose(inBoot, wanted.kernel, {
    flag: '--kernel',
    usual: DEFAULT_KERNEL[job.architecture],
    like: KERNELS,
  });
  const initrd = choose(inBoot, wanted.initrd, { flag: '--initrd', usual: 'initrd', like: INITRDS });
  const parameters = wanted.parameters ?? (inBoot.includes(PARAMETERS) ? PARAMETERS : undefined);
  return {
    names: { kernel: kernel.name, initrd: initrd.name, parameters },
    notes: [kernel.note, initrd.note].flatMap((note) => (note === undefined ? [] : [note])),
  };
}

function choose(
  inBoot: readonly string[],
  wanted: string | undefined,
  rule: { flag: string; usual: string; like: RegExp },
): { name: string; note?: string } {
  const name = wanted ?? rule.usual;
  if (inBoot.includes(name)) return { name };
  if (wanted === undefined) {
    const newest = inBoot
      .filter((candidate) => rule.like.test(candidate))
      .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
      .at(-1);
    if (newest !== undefined) {
      return { name: newest, note: `/boot has no ${name}; takes ${newest} (${rule.flag} says otherwise)` };
    }
  }
  return { name, note: `/boot has no ${name}: the image cannot be published without one (${rule.flag} names another)` };
}
