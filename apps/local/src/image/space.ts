// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { stat, statfs } from 'node:fs/promises';

import type { Runner } from '@ims/runtime';
import { readSuperblock, unpackedSize } from '@ims/squashfs';
import type { ImageSource } from './image-source.ts';

/** What a working copy takes. */
export interface Need {
  /** Bytes. */
  readonly bytes: number;
  /** Files and directories. */
  readonly inodes: number;
  /** False when the figures are only a lower bound: what a compressed archive holds is known when it is unpacked. */
  readonly exact: boolean;
}

/** What a file system has left. */
export interface Free {
  readonly bytes: number;
  readonly inodes: number;
}

/** How programs are run here. */
interface Tools {
  readonly runner: Runner;
  readonly signal: AbortSignal;
}

/**
 * Measures what a working copy of the source takes in a directory: holes take nothing, and a file of many names is
 * there once.
 *
 * @throws Failure ConfigurationInvalid for a squashfs that is truncated or damaged
 */
export async function measure(source: ImageSource, place: string, tools: Tools): Promise<Need> {
  switch (source.kind) {
    case 'directory':
      return await measureDirectory(source.path, tools);
    case 'squashfs': {
      const { bsize } = await statfs(place);
      const { bytes, inodes, isExact } = await unpackedSize(source.path, await readSuperblock(source.path), bsize);
      return { bytes, inodes, exact: isExact };
    }
    case 'tar':
      return { bytes: source.size, inodes: 0, exact: false };
  }
}

async function measureDirectory(path: string, { runner, signal }: Tools): Promise<Need> {
  const ask = async (unit: string): Promise<number> => {
    const { stdout } = await runner.run({ program: 'du', args: ['-s', '-x', unit, '--', path], signal });
    return Number.parseInt(stdout, 10) || 0;
  };
  return { bytes: await ask('--block-size=1'), inodes: await ask('--inodes'), exact: true };
}

/** What is left for root on the file system that holds `path`. */
export async function freeAt(path: string): Promise<Free> {
  const { bavail, bsize, ffree, files } = await statfs(path);
  // Some file systems make inodes as they go and count none.
  return { bytes: bavail * bsize, inodes: files === 0 ? Number.POSITIVE_INFINITY : ffree };
}

// statfs(2): file systems that share blocks between a file and its copy.
const SHARING: readonly number[] = [0x9123683e, 0x58465342, 0xca451a4e];

/** Whether a copy of a directory shares its blocks, so that it takes next to nothing. */
export async function sharesBlocks(source: ImageSource, target: string): Promise<boolean> {
  if (source.kind !== 'directory') return false;
  const [from, to] = [await stat(source.path), await stat(target)];
  return from.dev === to.dev && SHARING.includes((await statfs(target)).type);
}

/** Why the copy does not fit, in a sentence; `undefined` when it does. */
export function shortage(need: Need, free: Free, place: string): string | undefined {
  const atLeast = need.exact ? '' : 'at least ';
  if (need.bytes > free.bytes) {
    return `the working copy takes ${atLeast}${bytesText(need.bytes)}, and ${place} has ${bytesText(free.bytes)} free`;
  }
  if (need.inodes > free.inodes) {
    return `the working copy takes ${atLeast}${String(need.inodes)} inodes, and ${place} has ${String(free.inodes)} free`;
  }
  return undefined;
}

/** Bytes for people, in decimal units: `143.2 MB`. */
export function bytesText(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const step = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  const unit = units[step] ?? 'B';
  return step === 0 ? `${String(bytes)} B` : `${(bytes / 1000 ** step).toFixed(1)} ${unit}`;
}
