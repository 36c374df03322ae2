// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

/** Files in the order in which they are read, relative to the root. */
export interface ReadSet {
  readonly name: string;
  readonly files: readonly string[];
}

const RANDOM_FILES = 300;

/** Another seed would be another figure. */
const SEED = 7;

const RECORDED = fileURLToPath(new URL('boot-files.txt', import.meta.url));

/** The three sets of a root: files anywhere, those of a recorded boot as they were first opened, all. */
export async function readSetsOf(root: string): Promise<readonly [ReadSet, ReadSet, ReadSet]> {
  const all = await filesOf(root, '');
  const random = [...all].sort(byHash).slice(0, RANDOM_FILES);
  const boot = (await recordedBoot()).filter((file) => existsSync(`${root}/${file}`));
  return [
    { name: `${String(random.length)} random files`, files: random },
    { name: `the ${String(boot.length)} files of a recorded boot`, files: boot },
    { name: `all ${String(all.length)} files`, files: all },
  ];
}

/** What a boot opened, in the order of the first time (docs/performance.md tells which boot). */
async function recordedBoot(): Promise<readonly string[]> {
  return (await readFile(RECORDED, 'utf8')).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
}

/** As a program walks that sorts each directory; links are not followed. */
async function filesOf(root: string, below: string): Promise<readonly string[]> {
  const entries = await readdir(`${root}/${below}`, { withFileTypes: true });
  const found: string[] = [];
  for (const entry of entries.sort((one, other) => (one.name < other.name ? -1 : 1))) {
    const path = `${below}${entry.name}`;
    if (entry.isDirectory()) found.push(...(await filesOf(root, `${path}/`)));
    else if (entry.isFile()) found.push(path);
  }
  return found;
}

function byHash(one: string, other: string): number {
  return hashOf(one) < hashOf(other) ? -1 : 1;
}

function hashOf(file: string): string {
  return createHash('sha256')
    .update(`${String(SEED)} ${file}`)
    .digest('hex');
}
