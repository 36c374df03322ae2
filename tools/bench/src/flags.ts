// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { watch } from 'node:fs';

import { encodeSentinel } from '@ims/sentinel';
import type { OwnNote } from '@ims/contract';

/** Puts a sentinel in place as a container does, and gives the moment at which it got its name. */
export function place(path: string, note?: OwnNote): number {
  const temporary = `${path}.bench`;
  writeFileSync(temporary, encodeSentinel(note), { mode: 0o644 });
  const at = performance.now();
  renameSync(temporary, path);
  return at;
}

/** Does what a user's `touch` does. */
export function touch(path: string): number {
  const at = performance.now();
  writeFileSync(path, '', { flag: 'a' });
  return at;
}

/** Takes sentinels away. */
export function remove(...paths: readonly string[]): void {
  for (const path of paths) rmSync(path, { force: true });
}

/** The moment when a file of that name appears in a directory. */
export async function appears(directory: string, name: string, within = 30_000): Promise<number> {
  return await new Promise((resolve, reject) => {
    const watcher = watch(directory, (_event, seen) => {
      if (seen !== name) return;
      clearTimeout(timer);
      watcher.close();
      resolve(performance.now());
    });
    const timer = setTimeout(() => {
      watcher.close();
      reject(new Error(`${directory}/${name} did not appear`));
    }, within);
  });
}
