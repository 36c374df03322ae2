// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { readdir, rm, writeFile } from 'node:fs/promises';

import { Failure, makeDirectories } from '@ims/runtime';

import { codeOf, volumeFailure } from './errno.ts';

/** Both bytes and inodes run out; each sentinel takes a piece at most. */
const PIECES = 16;
const PIECE = Buffer.alloc(16 * 1024, 1);

/**
 * Keeps a little room in the pair's own directory for what the two containers still have to tell each other when the
 * user has filled the volume: that it is full, above all (H10, H16). On a volume that is full already there is none.
 *
 * @throws Failure PlatformUnavailable
 */
export async function keepReserve(directory: string): Promise<void> {
  const path = pathIn(directory);
  try {
    await makeDirectories(path, 0o700);
    const there = new Set(await readdir(path));
    const missing = Array.from({ length: PIECES }, (_, at) => String(at)).filter((name) => !there.has(name));
    for (const name of missing) await writeFile(`${path}/${name}`, PIECE);
  } catch (error) {
    const failure = volumeFailure(error, { what: 'write', path });
    if (failure.reason !== 'NoSpace') throw failure;
  }
}

/** Does something on the volume, in the room of the reserve when there is no other. */
export async function withReserve(directory: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof Failure) || error.reason !== 'NoSpace' || !(await spend(directory))) throw error;
    await work();
  }
}

/** False when it is spent already. */
async function spend(directory: string): Promise<boolean> {
  const path = pathIn(directory);
  const pieces = await readdir(path).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  });
  await rm(path, { recursive: true, force: true });
  return pieces.length > 0;
}

function pathIn(directory: string): string {
  return `${directory}/reserve`;
}
