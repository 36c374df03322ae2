// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** One entry of a tree: everything that an image has to keep of it. */
export interface TreeEntry {
  readonly mode: string;
  readonly owner: string;
  /** Seconds, as squashfs keeps them. */
  readonly modified: number;
  /** Target of a link, sum of a file, number of a device. */
  readonly content: string;
  /** The first path of the same file, for one with several names. */
  readonly same?: string;
}

/** Every entry of a tree by its path, bytes as latin1; `.` is the top. */
export function describeTree(root: string): ReadonlyMap<string, TreeEntry> {
  const entries = new Map<string, TreeEntry>();
  const names = new Map<number, string>();
  const visit = (path: string): void => {
    const at = Buffer.concat([Buffer.from(`${root}/`), Buffer.from(path, 'latin1')]);
    const stats = lstatSync(at);
    const same = stats.isDirectory() || stats.nlink === 1 ? undefined : (names.get(stats.ino) ?? path);
    if (same !== undefined) names.set(stats.ino, same);
    entries.set(path, {
      mode: stats.mode.toString(8),
      owner: `${String(stats.uid)}:${String(stats.gid)}`,
      modified: Math.floor(stats.mtimeMs / 1000),
      content: contentOf(at, stats),
      ...(same === undefined ? {} : { same }),
    });
    if (!stats.isDirectory()) return;
    for (const name of readdirSync(at, { encoding: 'latin1' }).sort()) visit(path === '.' ? name : `${path}/${name}`);
  };
  visit('.');
  return entries;
}

function contentOf(path: Buffer, stats: ReturnType<typeof lstatSync>): string {
  if (stats === undefined) return 'gone';
  if (stats.isSymbolicLink()) return readlinkSync(path, { encoding: 'latin1' });
  if (stats.isFile()) return createHash('sha256').update(readFileSync(path)).digest('hex');
  if (stats.isCharacterDevice() || stats.isBlockDevice()) return `device ${String(stats.rdev)}`;
  return '';
}

/** Every extended attribute of a tree, as getfattr shows them. */
export async function attributesOf(root: string): Promise<string> {
  const args = ['-R', '-P', '-h', '-d', '-m', '-', '-e', 'hex', '.'];
  const { stdout } = await run('getfattr', args, { cwd: root, maxBuffer: 64 * 1024 * 1024 });
  return stdout.split('\n\n').sort().join('\n\n');
}

/** The paths that differ between two trees, in what an image has to keep. */
export function changedPaths(
  before: ReadonlyMap<string, TreeEntry>,
  after: ReadonlyMap<string, TreeEntry>,
): readonly string[] {
  const plain = (entry: TreeEntry | undefined): string =>
    entry === undefined ? '' : JSON.stringify({ ...entry, modified: entry.mode.startsWith('4') ? 0 : entry.modified });
  return [...new Set([...before.keys(), ...after.keys()])]
    .filter((path) => plain(before.get(path)) !== plain(after.get(path)))
    .sort();
}
