// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { execFile } from 'node:child_process';
import { rm, stat } from 'node:fs/promises';
import { promisify } from 'node:util';

import { readEnvironment } from '@ims/env';
import { chooseCompression, type Compression } from '@ims/squashfs';

/** One way to pack a root. */
export type Packing = Omit<Compression, 'why'>;

const KIB = 1024;

/** What mksquashfs does when it is told nothing, and what images in IMS are like so far. */
export const FLOOR = packing('gzip', undefined, 128);

/** What the agent does when it is told nothing. */
export const DEFAULT = byDefault();

/** What the default is chosen from; level 3 in 1 MiB blocks was the default before. */
export const NEIGHBORS: readonly Packing[] = [
  ...[3, 6, 12, 15].map((level) => packing('zstd', level, 128)),
  ...[3, 9, 15].map((level) => packing('zstd', level, 256)),
  ...[3, 9].map((level) => packing('zstd', level, 1024)),
];

/** The compressor that somebody names who wants the smallest archive; it takes minutes for a large root. */
export const SLOW_NEIGHBORS: readonly Packing[] = [128, 1024].map((size) => packing('xz', undefined, size));

function packing(name: Packing['name'], level: number | undefined, blockKiB: number): Packing {
  return { name, level, blockSize: blockKiB * KIB };
}

function byDefault(): Packing {
  const { values } = readEnvironment(['IMS_SQUASHFS_COMPRESSION', 'IMS_SQUASHFS_BLOCK_SIZE'], {});
  const choice = { ...values.IMS_SQUASHFS_COMPRESSION, blockSize: values.IMS_SQUASHFS_BLOCK_SIZE };
  return chooseCompression(choice, { readsZstd: true, why: 'as a Debian kernel' });
}

/** The packing in words: `zstd 9, 128 KiB`. */
export function nameOf({ name, level, blockSize }: Packing): string {
  return `${name}${level === undefined ? '' : ` ${String(level)}`}, ${String(blockSize / KIB)} KiB`;
}

/** What mksquashfs is told of a packing. */
export function optionsOf({ name, level, blockSize }: Packing): readonly string[] {
  const levels = level === undefined ? [] : ['-Xcompression-level', String(level)];
  return ['-comp', name, '-b', String(blockSize), ...levels];
}

/** What it took to make an archive, and how large it is. */
export interface Packed {
  readonly mebibytes: number;
  readonly wallSeconds: number;
  /** Of all processors together. */
  readonly processorSeconds: number;
}

/** Packs a root with every processor of the machine. */
export async function pack(root: string, archive: string, how: Packing): Promise<Packed> {
  await rm(archive, { force: true });
  const options = ['-noappend', '-quiet', '-no-progress', ...optionsOf(how)];
  const { stderr } = await promisify(execFile)('bash', ['-c', TIMED, 'bash', 'mksquashfs', root, archive, ...options]);
  const [wallSeconds = 0, user = 0, system = 0] = (stderr.trimEnd().split('\n').at(-1) ?? '').split(' ').map(Number);
  return { mebibytes: (await stat(archive)).size / 1024 ** 2, wallSeconds, processorSeconds: user + system };
}

// The shell alone tells what a program and its threads have taken, without another program for it.
const TIMED = 'TIMEFORMAT=\'%R %U %S\'; time "$@"';
