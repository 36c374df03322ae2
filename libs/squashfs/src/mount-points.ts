// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { lstat } from 'node:fs/promises';

import { readMounts } from '@ims/mounts';
import { Failure } from '@ims/runtime';

import { reachedMounts } from './reached-mounts.ts';

/** Something mounted below the image root. */
export interface MountPoint {
  /** Relative to the image root. */
  readonly path: string;
  readonly directory: boolean;
  /** `proc`, `tmpfs`, … */
  readonly type: string;
}

/**
 * Lists what is mounted below `imageRoot` (a real path) in this process's mount namespace.
 *
 * @throws Failure PackingFailed when a mount point cannot be named, and so not be left out
 */
export async function readMountPoints(imageRoot: string): Promise<readonly MountPoint[]> {
  const mounts = reachedMounts(await readMounts(), imageRoot);
  return await Promise.all(
    mounts.map(async ({ mountPoint, type }) => {
      const directory = await isDirectory(mountPoint);
      return { path: mountPoint.slice(imageRoot === '/' ? 1 : imageRoot.length + 1), directory, type };
    }),
  );
}

async function isDirectory(mountPoint: string): Promise<boolean> {
  try {
    return (await lstat(mountPoint)).isDirectory();
  } catch (error) {
    throw new Failure('PackingFailed', `cannot look at what is mounted on ${mountPoint} in the image root`, {
      advice: 'unmount it, then resume the job',
      cause: error,
    });
  }
}
