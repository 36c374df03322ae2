// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { chmod, copyFile, mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';

import { createRunner } from '@ims/process';
import { silentLogger } from '@ims/runtime';

import type { addForShell } from '../src/shell-additions.ts';
import { run } from './programs.ts';
import { makeVolume, type Volume } from './volume.ts';

/** The login shell, which the image lacks. */
export const SHELL = '/bin/bash';
const runner = createRunner({ logger: silentLogger });

/** A busybox image as rootless builders leave it: nothing in /dev, no bash. */
export async function busybox(): Promise<Volume> {
  const volume = await makeVolume({ 'etc/passwd': 'root:x:0:0::/root:/bin/sh\n', dev: '/', bin: '/' });
  await copyFile('/bin/busybox', join(volume.at, 'bin/busybox'));
  await chmod(join(volume.at, 'bin/busybox'), 0o755);
  for (const name of ['sh', 'head', 'wc', 'tee']) await symlink('busybox', join(volume.at, 'bin', name));
  return volume;
}

type Places = Parameters<typeof addForShell>[0];

/** Where additions are made and noted; the private directory is there afterwards. */
export async function placesOf(volume: Volume): Promise<Places> {
  const savedIn = join(volume.parent, 'private');
  await mkdir(savedIn, { recursive: true, mode: 0o700 });
  return { root: volume.root, savedIn, shell: SHELL, runner };
}

/** Everything in the image, with what it is. */
export async function listing(volume: Volume): Promise<string> {
  return await run('find', volume.at, '-printf', '%P %y %m %l\\n');
}
