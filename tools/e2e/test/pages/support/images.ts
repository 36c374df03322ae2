// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';

import { imageTemplate } from '@ims/testing';

const run = promisify(execFile);

/** How the small image of the tests is packed into a file, or copied. */
const FORMS: Readonly<Record<'directory' | 'squashfs' | 'tar', (root: string, path: string) => readonly string[]>> = {
  directory: (root, path) => ['cp', '-a', '--', root, path],
  squashfs: (root, path) => ['mksquashfs', root, path, '-quiet', '-no-progress'],
  tar: (root, path) => ['tar', '--zstd', '-cf', path, '-C', root, '.'],
};

/** Puts the small image of the tests where a page expects one. */
export async function placeImage(path: string, form: keyof typeof FORMS): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const [program = '', ...args] = FORMS[form](await imageTemplate(), path);
  await run(program, args);
}
