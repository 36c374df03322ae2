// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { createHash } from 'node:crypto';

import { Failure } from '@ims/runtime';
import type { Machine, PackageSource } from './machine.ts';

/** How the demonstration image is made. */
export interface Recipe {
  /** Changes when another image would come out; names the file in the cache. */
  readonly key: string;
  readonly suite: string;
  /** Arguments of mmdebstrap for a tar archive at `target`, from those of the sources that fit. */
  argumentsFor(target: string, sources: readonly PackageSource[]): readonly string[];
}

/** What the image offers in `/boot`, by processor: the names that a job takes when none are given. */
export const DEMO_BOOT_FILES = {
  x64: { debian: 'amd64', kernel: 'vmlinuz', initrd: 'initrd', parameters: 'kernel-parameters' },
  arm64: { debian: 'arm64', kernel: 'Image', initrd: 'initrd', parameters: 'kernel-parameters' },
} as const;

/** The smallest kernel package of a distribution that has a working initrd with it. */
const KERNEL_PACKAGES: Readonly<Record<string, (architecture: string) => string>> = {
  debian: (architecture) => `linux-image-cloud-${architecture}`,
  ubuntu: () => 'linux-image-virtual',
};

const PACKAGES = ['initramfs-tools', 'zstd'];

// Nobody reads manuals in a demonstration, and a third of the time goes into unpacking and packing them.
const LEFT_OUT = ['/usr/share/doc/*', '/usr/share/man/*', '/usr/share/info/*', '/usr/share/locale/*'];

const KERNEL_PARAMETERS = 'console=tty0 console=ttyS0,115200 root=live:image';

/**
 * Decides how the image is made on a machine, with more packages than it takes.
 *
 * @throws Failure PlatformUnavailable when the machine's packages are not known to give a kernel
 */
export function recipeFor(machine: Machine, more: readonly string[] = []): Recipe {
  const kernelPackage = KERNEL_PACKAGES[machine.distribution];
  const boot = Object.entries(DEMO_BOOT_FILES).find(([processor]) => processor === machine.processor)?.[1];
  if (kernelPackage === undefined || boot === undefined) {
    throw new Failure(
      'PlatformUnavailable',
      `the demonstration image can be made on ${Object.keys(KERNEL_PACKAGES).join(' or ')} with an x86_64 or aarch64 ` +
        `processor; this is ${machine.distribution} on ${machine.processor}`,
      { advice: 'give an image root of your own with --image' },
    );
  }
  const options = [
    '--mode=root',
    '--variant=minbase',
    '--format=tar',
    `--include=${[kernelPackage(boot.debian), ...PACKAGES, ...more].join(',')}`,
    `--aptopt=APT::Install-Recommends "false"`,
    ...LEFT_OUT.map((pattern) => `--dpkgopt=path-exclude=${pattern}`),
    `--customize-hook=${nameBootFiles(boot)}`,
  ];
  const key = createHash('sha256')
    .update(JSON.stringify([machine.suite, options]))
    .digest('hex');
  return {
    key: key.slice(0, 16),
    suite: machine.suite,
    argumentsFor: (target, sources) => [...options, machine.suite, target, ...mirrors(machine.suite, sources)],
  };
}

/** The machine's own sources for its own release; mmdebstrap's defaults when there are none. */
function mirrors(suite: string, sources: readonly PackageSource[]): string[] {
  const wanted = [suite, `${suite}-updates`, `${suite}-security`];
  return sources
    .filter(({ release, component }) => wanted.includes(release) && component === 'main')
    .map(({ uri, release, component }) => `deb ${uri} ${release} ${component}`);
}

function nameBootFiles(boot: { kernel: string; initrd: string; parameters: string }): string {
  return [
    'cd "$1/boot"',
    `ln -sf vmlinuz-* ${boot.kernel}`,
    `ln -sf initrd.img-* ${boot.initrd}`,
    `echo '${KERNEL_PARAMETERS}' > ${boot.parameters}`,
  ].join(' && ');
}
