// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { Failure, makeDirectories } from '@ims/runtime';

/**
 * Makes the directory that becomes the volume when it is not there yet, as today's stage does.
 *
 * @throws Failure PlatformUnavailable
 */
export async function ensureParent(path: string): Promise<void> {
  try {
    await makeDirectories(path, 0o755);
  } catch (error) {
    throw new Failure('PlatformUnavailable', `cannot make the directory ${path}`, {
      advice: 'mount the volume there, writable by root',
      cause: error,
    });
  }
}
