// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, statfs, type FileHandle } from 'node:fs/promises';
import { afterEach, beforeEach } from 'vitest';

import type { ArchiveSums } from '@ims/export';
import { silentLogger, type Fields, type Logger } from '@ims/runtime';
import { createRunner } from '@ims/process';
import { createPacker, type FreeSpace, type PackerOptions } from '../src/index.ts';

export const runner = createRunner({ logger: silentLogger });

/** A directory of its own for each test, and mounts that go before it does. */
export function useWork(): { readonly path: string; mount(...args: string[]): void } {
  const mounted: string[] = [];
  const work = {
    path: '',
    mount: (...args: string[]) => {
      execFileSync('mount', args, { stdio: 'pipe' });
      mounted.push(args.at(-1) ?? '');
    },
  };
  beforeEach(async () => {
    await mkdir('/var/lib/ims-test', { recursive: true });
    work.path = await mkdtemp('/var/lib/ims-test/squashfs-');
  });
  afterEach(async () => {
    for (const directory of mounted.splice(0).reverse()) execFileSync('umount', [directory]);
    await rm(work.path, { recursive: true, force: true });
  });
  return work;
}

/** Options of a packer for `<path>/root` into `<path>/private/rootfs.sqsh`. */
export function packerOptions(path: string): PackerOptions {
  return {
    runner,
    logger: silentLogger,
    imageRoot: `${path}/root`,
    archive: `${path}/private/rootfs.sqsh`,
    compression: { name: 'auto', blockSize: 128 * 1024 },
    kernel: async () => ({ readsZstd: true, why: 'the kernel says so' }),
    usage: async () => 4711,
    freeSpace,
    sums,
  };
}

/** Of an archive in one part. */
async function sums(archive: FileHandle): Promise<ArchiveSums> {
  const { size } = await archive.stat();
  const { buffer } = await archive.read(Buffer.alloc(size), 0, size, 0);
  const [md5, sha256] = ['md5', 'sha256'].map((name) => createHash(name).update(buffer));
  const own = sha256?.digest() ?? Buffer.alloc(0);
  const ofParts = createHash('sha256').update(own).digest('hex');
  return { md5: md5?.digest('hex') ?? '', sha256: own.toString('hex'), partBytes: size, partsSha256: ofParts };
}

export async function freeSpace(directory: string): Promise<FreeSpace> {
  const { bavail, bsize, ffree } = await statfs(directory);
  return { bytes: bavail * bsize, inodes: ffree };
}

export const noProgress = (): void => undefined;
export const never = new AbortController().signal;

/** Packs with the defaults and what is changed in them. */
export async function pack(path: string, changes: Partial<PackerOptions> = {}, signal = never) {
  return await createPacker({ ...packerOptions(path), ...changes }).pack(noProgress, signal);
}

/** A logger that remembers. */
export function recordingLogger(): Logger & { readonly lines: string[] } {
  const lines: string[] = [];
  const log = (level: string) => (_: Fields, message: string) => void lines.push(`${level}: ${message}`);
  return { lines, debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') };
}
