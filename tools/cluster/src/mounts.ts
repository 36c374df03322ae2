// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { readFile } from 'node:fs/promises';

import { run } from './commands.ts';

/** A mount as proc_pid_mountinfo(5) shows it. */
interface Mount {
  readonly target: string;
  readonly type: string;
}

/** The mounts below a path, the deepest and latest first. */
export function mountsBelow(mountinfo: string, path: string): Mount[] {
  const mounts = mountinfo.split('\n').flatMap((line) => {
    const fields = line.split(' ');
    const target = unescape(fields[4] ?? '');
    const type = fields[fields.indexOf('-') + 1] ?? '';
    return target.startsWith(`${path}/`) ? [{ target, type }] : [];
  });
  return mounts.reverse();
}

/** The mounts below a path of this machine. */
export async function readMountsBelow(path: string): Promise<Mount[]> {
  return mountsBelow(await readFile('/proc/self/mountinfo', 'utf8'), path);
}

/** Takes off every mount below a path; one that is still used goes when its last user goes. */
export async function unmountBelow(path: string): Promise<void> {
  for (const { target } of await readMountsBelow(path)) await run('umount', '--lazy', '--', target);
}

/** Blanks, tabs, line ends and backslashes are written as three octal digits. */
function unescape(text: string): string {
  return text.replaceAll(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(parseInt(digits, 8)));
}
