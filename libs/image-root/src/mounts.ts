// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { readFile, realpath } from 'node:fs/promises';

import { named } from './errno.ts';

/** One line of /proc/self/mountinfo. */
export interface Mount {
  readonly mountPoint: string;
  /** `proc`, `sysfs`, `devtmpfs`, `ext4`, … */
  readonly fsType: string;
  readonly source: string;
}

/** Parses mountinfo (proc(5)); lines that are not understood are left out. */
export function parseMountInfo(text: string): Mount[] {
  return text.split('\n').flatMap((line) => {
    // Optional fields stand between the sixth and a lone hyphen, so both halves are split at it.
    const [before, after] = line.split(' - ');
    const mountPoint = before?.split(' ')[4];
    const [fsType, source] = after?.split(' ') ?? [];
    if (mountPoint === undefined || fsType === undefined || source === undefined) return [];
    return [{ mountPoint: unescape(mountPoint), fsType, source: unescape(source) }];
  });
}

/** The mounts strictly below a path, deepest first, as they are unmounted. */
function below(mounts: readonly Mount[], path: string): Mount[] {
  const prefix = path === '/' ? '/' : `${path}/`;
  return mounts
    .filter(({ mountPoint }) => mountPoint.startsWith(prefix) && mountPoint !== prefix)
    .sort((a, b) => b.mountPoint.length - a.mountPoint.length);
}

/** What is mounted below a directory now, deepest first (H26). */
export async function mountsBelow(path: string): Promise<Mount[]> {
  return await named(`looking for mounts below ${path}`, async () => {
    const text = await readFile('/proc/self/mountinfo', 'latin1');
    return below(parseMountInfo(text), await realpath(path));
  });
}

function unescape(field: string): string {
  const bytes = field.replaceAll(/\\([0-7]{3})/g, (_whole, octal: string) =>
    String.fromCharCode(Number.parseInt(octal, 8)),
  );
  return Buffer.from(bytes, 'latin1').toString('utf8');
}
