// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Makes a directory and those above it that are missing; one that is there keeps its mode. The recursive mkdir of Node
 * never ends below a directory that takes none, such as /proc.
 *
 * @param path absolute
 * @param mode permission bits of what is made, before the umask
 * @throws the system's error for the first that cannot be made
 */
export async function makeDirectories(path: string, mode: number): Promise<void> {
  if (await isDirectory(path)) return;
  const above = dirname(path);
  if (above !== path) await makeDirectories(above, mode);
  await mkdir(path, { mode }).catch(async (error: unknown) => {
    // Somebody else was faster, or it was there and could not be seen.
    if (!(await isDirectory(path))) throw error;
  });
}

async function isDirectory(path: string): Promise<boolean> {
  return await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
