// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { Failure } from '@ims/runtime';

import { named, unless } from './errno.ts';
import type { Entry } from './entry.ts';
import type { ImageRoot } from './image-root.ts';
import { show } from './places.ts';

/** What was done with the CA, for the log. */
export interface CopiedCertificates {
  /** Inside paths that were written; those that were right already are not among them. */
  readonly written: readonly string[];
  /** Inside paths of an earlier link farm that were removed. */
  readonly removed: readonly string[];
  readonly notes: readonly string[];
}

const DIRECTORIES = ['/etc', '/etc/cray', '/etc/cray/ca'];
const TARGET = '/etc/cray/ca';
const MOST_BYTES = 16 * 1024 * 1024;
const PLAIN = { mode: 0o644, uid: 0, gid: 0 } as const;

/** What the kubelet makes in a ConfigMap mount beside the links that it shows (`..data`, `..2024_11_23_…`). */
function isLinkFarm(name: string): boolean {
  return /^\.\.(data|data_tmp|\d{4}_.*)$/.test(name);
}

/**
 * Copies the CA into the image as plain files, root-owned and 0644, and removes what an earlier copy left of
 * a ConfigMap's link farm (H24). The source is ours and its links are followed; a missing one is a note.
 *
 * @throws Failure PathEscapesRoot, ImageInvalid when the image's `/etc/cray/ca` cannot be used
 */
export async function copyCertificates(job: { root: ImageRoot; from: string }): Promise<CopiedCertificates> {
  const names = await unless(['ENOENT'], async () => await readdir(job.from));
  if (names === undefined) return { written: [], removed: [], notes: [`there is no CA directory ${job.from}`] };
  for (const directory of DIRECTORIES) await job.root.makeDirectory(directory, 0o755);
  const removed = await clean(job.root);
  const written: string[] = [];
  const notes: string[] = [];
  for (const name of names.filter((candidate) => !isLinkFarm(candidate)).sort()) {
    const data = await source(join(job.from, name));
    if (data === undefined) notes.push(`${join(job.from, name)} is no regular file and was not copied`);
    else if (await write(job.root, `${TARGET}/${name}`, data)) written.push(`${TARGET}/${name}`);
  }
  return { written, removed, notes };
}

async function source(path: string): Promise<Buffer | undefined> {
  return await named(`reading ${path}`, async () => {
    const stats = await unless(['ENOENT'], async () => await stat(path));
    if (stats?.isFile() !== true) return undefined;
    if (stats.size > MOST_BYTES) throw new Failure('ConfigurationInvalid', `${path} is too large for a CA certificate`);
    return await readFile(path);
  });
}

/** Leaves a copy that is right alone, so that its time does not change for nothing. */
async function write(root: ImageRoot, path: string, data: Buffer): Promise<boolean> {
  const entry = await root.lstat(path);
  if (entry?.kind === 'directory') throw new Failure('ImageInvalid', `${path} in the image is a directory`);
  if (entry !== undefined && (await isRight(root, { entry, path, data }))) return false;
  await root.writeFile(path, data, PLAIN);
  return true;
}

async function isRight(
  root: ImageRoot,
  { entry, path, data }: { entry: Entry; path: string; data: Buffer },
): Promise<boolean> {
  const plain = entry.kind === 'file' && entry.mode === PLAIN.mode && entry.uid === 0 && entry.gid === 0;
  if (!plain || entry.size !== data.length) return false;
  return (await root.readFile(path, { maxBytes: MOST_BYTES }))?.equals(data) ?? false;
}

async function clean(root: ImageRoot): Promise<string[]> {
  const removed: string[] = [];
  for (const name of (await root.list(TARGET)) ?? []) {
    const path = `${TARGET}/${name}`;
    if (!isLinkFarm(name) && !(await pointsIntoFarm(root, path))) continue;
    await root.removeTree(path);
    removed.push(show(path));
  }
  return removed;
}

async function pointsIntoFarm(root: ImageRoot, path: string): Promise<boolean> {
  const target = await root.readLink(path);
  return target !== undefined && isLinkFarm(target.toString('utf8').replace(/^\.\//, '').split('/')[0] ?? '');
}
