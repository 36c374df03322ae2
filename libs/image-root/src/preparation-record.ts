// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { randomUUID } from 'node:crypto';
import { lstat, open, readFile, rename } from 'node:fs/promises';

import type { Progress } from '@ims/preparation';

import { named, unless } from './errno.ts';

/** Where the record of a stage lies, and what it is about. */
export interface RecordPlace {
  /** The private directory. */
  readonly own: string;
  /** Where the unpacked image waits to become the image root. */
  readonly unpacked: string;
  /** The image root. */
  readonly root: string;
  readonly job: string;
}

const FILE = 'prepare.json';

/** How far an earlier start came for this very job; what cannot be read counts as nothing. */
export async function progressOf({ own, unpacked, root, job }: RecordPlace): Promise<Progress> {
  const text = await named(
    `reading ${own}/${FILE}`,
    async () => await unless(['ENOENT', 'EISDIR', 'ELOOP'], async () => await readFile(`${own}/${FILE}`, 'utf8')),
  );
  const noted = text === undefined ? undefined : decode(text);
  if (noted?.job !== job) return 'nothing';
  const isThere = (await isDirectory(root)) || (noted.progress === 'unpacked' && (await isDirectory(unpacked)));
  return isThere ? noted.progress : 'nothing';
}

/** Notes how far the stage is; durable when it resolves. */
export async function writeProgress({ own, job }: RecordPlace, progress: Progress): Promise<void> {
  const path = `${own}/${FILE}`;
  const temporary = `${path}.${randomUUID()}`;
  await named(`writing ${path}`, async () => {
    {
      await using file = await open(temporary, 'wx', 0o600);
      await file.writeFile(`${JSON.stringify({ job, progress })}\n`);
      await file.sync();
    }
    await rename(temporary, path);
    await using directory = await open(own, 'r');
    await directory.sync();
  });
}

function decode(text: string): { readonly job: string; readonly progress: Progress } | undefined {
  try {
    const { job, progress } = JSON.parse(text) as Record<string, unknown>;
    if (typeof job !== 'string') return undefined;
    return progress === 'unpacked' || progress === 'prepared' ? { job, progress } : undefined;
  } catch {
    return undefined;
  }
}

async function isDirectory(path: string): Promise<boolean> {
  const stats = await unless(['ENOENT', 'ENOTDIR'], async () => await lstat(path));
  return stats?.isDirectory() === true;
}
