// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { access, constants, stat, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';

/** What a directory that is to be used, or made, is needed for. */
export type Purpose = 'read' | 'write';

/** File systems of the kernel's own that hold no files of anybody's (statfs(2)). */
const PSEUDO: ReadonlyMap<number, string> = new Map([
  [0x9fa0, 'proc'],
  [0x62656572, 'sysfs'],
  [0x27e0eb, 'cgroup'],
  [0x63677270, 'cgroup2'],
  [0x1cd1, 'devpts'],
  [0x64626720, 'debugfs'],
  [0x74726163, 'tracefs'],
]);

/**
 * Why a directory cannot be used or made at a path, in words that follow the path; `undefined` when it can.
 * Only looks, so that a wrong place leaves nothing behind.
 */
export async function problemOfPlace(path: string, purpose: Purpose): Promise<string | undefined> {
  const nearest = await nearestExisting(path);
  if ('problem' in nearest) return nearest.problem;
  const which = nearest.path === path ? '' : `below ${nearest.path}, which is `;
  if (!nearest.isDirectory) return `is ${which}not a directory`;
  if (purpose === 'read') return undefined;
  const pseudo = PSEUDO.get((await statfs(nearest.path)).type);
  if (pseudo !== undefined) return `is in ${pseudo}, which holds no files`;
  const refused = await access(nearest.path, constants.W_OK | constants.X_OK).then(
    () => undefined,
    (error: unknown) => error as NodeJS.ErrnoException,
  );
  if (refused === undefined) return undefined;
  return refused.code === 'EROFS'
    ? 'is on a read-only file system'
    : `cannot be written (${refused.code ?? 'unknown'})`;
}

type Nearest = { readonly path: string; readonly isDirectory: boolean } | { readonly problem: string };

/** What is there of a path: itself, or the first above it. */
async function nearestExisting(path: string): Promise<Nearest> {
  try {
    return { path, isDirectory: (await stat(path)).isDirectory() };
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    const goesUp = ['ENOENT', 'ENOTDIR'].includes(code) && dirname(path) !== path;
    return goesUp ? await nearestExisting(dirname(path)) : { problem: `cannot be used (${code})` };
  }
}
