// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { bootPath } from './boot-files.ts';
import type { ImageRoot } from './image-root.ts';
import { quietly } from './quietly.ts';
import { shellQuote } from './shell-quote.ts';

/** A tool that makes an initrd, and its command for one. */
interface Tool {
  /** Where it lies in an image that has it. */
  readonly programs: readonly string[];
  readonly command: (initrd: string, release: string) => string;
}

/** By family, the one that counts first: where dracut is, mkinitrd is only a wrapper of it. */
const TOOLS: readonly Tool[] = [
  {
    // Fedora, RHEL, SLES 15 (dracut(8)).
    programs: ['/usr/bin/dracut', '/sbin/dracut'],
    // For every node, not for the machine that it is run on.
    command: (initrd, release) => `dracut --force --no-hostonly ${shellQuote(bootPath(initrd))} ${shellQuote(release)}`,
  },
  {
    // Debian, Ubuntu: it names the file itself (update-initramfs(8)).
    programs: ['/usr/sbin/update-initramfs'],
    command: (initrd, release) => {
      const made = `initrd.img-${release}`;
      const target = initrd.includes('/') ? bootPath(made) : made;
      const link = `ln -sfn ${shellQuote(target)} ${shellQuote(bootPath(initrd))}`;
      return [`update-initramfs -c -k ${shellQuote(release)}`, ...(made === initrd ? [] : [link])].join(' && ');
    },
  },
  {
    // SLES 12 and older (mkinitrd(8) of SUSE).
    programs: ['/sbin/mkinitrd', '/usr/sbin/mkinitrd'],
    command: (initrd, release) => `mkinitrd -k ${shellQuote(`vmlinuz-${release}`)} -i ${shellQuote(initrd)}`,
  },
];

/** The command that makes an initrd anew inside the image, by the tool that the image has; `undefined` when it has none. */
export async function remakeInitrd(root: ImageRoot, initrd: string, release: string): Promise<string | undefined> {
  for (const { programs, command } of TOOLS) {
    for (const program of programs) {
      const found = await quietly(async () => await root.stat(program));
      if (found?.kind === 'file') return command(initrd, release);
    }
  }
  return undefined;
}
