// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { execFile } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { appendFile, mkdir, open, readdir, rm } from 'node:fs/promises';
import { promisify } from 'node:util';

import { unpackDebian } from './debian.ts';
import { DEFAULT, optionsOf } from './reading/packings.ts';

const MIB = 1024 ** 2;

/** How images are packed: what an image in IMS is like depends on who has made it. */
const FORMATS = {
  /** As ever: what mksquashfs does when it is told nothing. */
  gzip: [],
  /** As the agent packs a Debian root, but for what does not change the archive. */
  zstd: optionsOf(DEFAULT),
} as const satisfies Readonly<Record<string, readonly string[]>>;

/** How an image is packed. */
export type ImageFormat = keyof typeof FORMATS;

/** Every format. */
export const IMAGE_FORMATS = Object.keys(FORMATS) as ImageFormat[];

/** What an image is made of. */
export interface ImageKind {
  /** So many Debian roots beside each other, no two files of which are the same. */
  readonly roots: number;
  /** So many files of 64 MiB that do not shrink, as firmware and archives within an image are. */
  readonly noise: number;
}

/** Packs an image in a directory that is there; leaves nothing but the archive. */
export async function makeImage(archive: string, { roots, noise }: ImageKind, format: ImageFormat): Promise<void> {
  const tree = `${archive}.tree`;
  await unpackDebian(`${tree}/0`);
  for (let root = 1; root < roots; root += 1) {
    await unpackDebian(`${tree}/${String(root)}`);
    await makeDifferent(`${tree}/${String(root)}`);
  }
  await mkdir(`${tree}/0/srv/noise`, { recursive: true });
  for (let file = 0; file < noise; file += 1) await writeNoise(`${tree}/0/srv/noise/${String(file)}`);
  const options = ['-noappend', '-quiet', '-no-progress', ...FORMATS[format]];
  await promisify(execFile)('mksquashfs', [roots === 1 ? `${tree}/0` : tree, archive, ...options]);
  await rm(tree, { recursive: true });
}

/** Descends by itself, into directories alone: the recursion of `readdir` follows links, out of the tree too. */
async function makeDifferent(directory: string): Promise<void> {
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    const path = `${directory}/${entry.name}`;
    if (entry.isDirectory()) await makeDifferent(path);
    else if (entry.isFile()) await appendFile(path, randomUUID());
  }
}

async function writeNoise(path: string): Promise<void> {
  await using file = await open(path, 'wx');
  for (let piece = 0; piece < 64; piece += 1) await file.write(randomBytes(MIB));
}
