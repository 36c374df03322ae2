// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { execFile } from 'node:child_process';
import { mkdir, mkdtemp } from 'node:fs/promises';
import { promisify } from 'node:util';

import { readMounts } from '@ims/mounts';

import { onCleanup } from './cleanup.ts';
import { endProcessesUnder } from './processes.ts';

/**
 * Where tests work. sshd refuses keys and jails below a directory that others can write to, so it is not the
 * system's /tmp.
 */
export const TEST_HOME = '/var/lib/ims-test';

const run = promisify(execFile);

/**
 * Makes an empty directory that goes away with the test, and with it every mount below it and every process that
 * uses it.
 *
 * @param parent a directory that is there; the one of all tests when left out
 */
export async function temporaryDirectory(name = 'test', parent?: string): Promise<string> {
  if (parent === undefined) await mkdir(TEST_HOME, { recursive: true, mode: 0o755 });
  const path = await mkdtemp(`${parent ?? TEST_HOME}/${name}-`);
  onCleanup(async () => {
    await removeTree(path);
  });
  return path;
}

/** Removes a tree, never what is mounted in it: a job may have mounted the machine's own /dev there. */
export async function removeTree(path: string): Promise<void> {
  await endProcessesUnder(path);
  for (const mount of (await mountsBelow(path)).reverse()) await run('umount', ['--lazy', mount]);
  const left = await mountsBelow(path);
  if (left.length > 0) throw new Error(`still mounted: ${left.join(', ')}`);
  await run('rm', ['-rf', '--one-file-system', '--', path]);
}

/** What is mounted at or below a path, outer mounts first. */
export async function mountsBelow(path: string): Promise<string[]> {
  const mounts = (await readMounts()).map(({ mountPoint }) => mountPoint);
  return mounts.filter((mount) => mount === path || mount.startsWith(`${path}/`));
}
