// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { readFile } from 'node:fs/promises';

import { parseMountinfo, type Mount } from './mountinfo.ts';

/** The mounts of this process's mount namespace, in the order in which they were made. */
export async function readMounts(): Promise<readonly Mount[]> {
  return parseMountinfo(await readFile('/proc/self/mountinfo', 'utf8'));
}

/** The mounts below a directory, not the one on it; the last made first, as they have to be unmounted. */
export function mountsBelow(mounts: readonly Mount[], directory: string): readonly Mount[] {
  return mounts.filter(({ mountPoint }) => mountPoint.startsWith(`${directory}/`)).reverse();
}

/** As {@link mountsBelow}, of this process's mount namespace. */
export async function readMountsBelow(directory: string): Promise<readonly Mount[]> {
  return mountsBelow(await readMounts(), directory);
}
