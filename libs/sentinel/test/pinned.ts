// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { constants } from 'node:fs';
import { open } from 'node:fs/promises';

import type { UserDirectory } from '../src/index.ts';

/** A user's directory that is pinned as the apps pin it: opened without following a link, reached by its number. */
export function pinnedDirectory(path: string): UserDirectory {
  return {
    open: async () => {
      try {
        const handle = await open(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
        return { path: `/proc/self/fd/${String(handle.fd)}`, close: () => handle.close() };
      } catch {
        return undefined;
      }
    },
  };
}
