// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { lstat, mkdir } from 'node:fs/promises';

import { Failure } from '@ims/runtime';
import { codeOf, volumeFailure } from './errno.ts';

/**
 * Makes the pair's own directory on the volume with mode 0700; one that is there is fine.
 *
 * @throws Failure PlatformUnavailable when something else stands there or the volume refuses
 */
export async function ensurePrivateDirectory(path: string): Promise<void> {
  try {
    await mkdir(path, { mode: 0o700 });
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw volumeFailure(error, { what: 'make', path });
    const stats = await lstat(path);
    if (stats.isDirectory()) return;
    throw new Failure('PlatformUnavailable', `${path} is not a directory`, {
      advice: 'move it away: the two containers keep their own files there',
      cause: error,
    });
  }
}
