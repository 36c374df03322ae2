// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { open, realpath, rm, type FileHandle } from 'node:fs/promises';
import { dirname, isAbsolute } from 'node:path';

import type { ArchiveSums, OnProgress, Packed, Packer } from '@ims/export';
import { Failure, type Logger, type Outcome, type Runner } from '@ims/runtime';
import { packArguments } from './arguments.ts';
import { chooseCompression, describeCompression, type CompressionChoice, type KernelSupport } from './compression.ts';
import { publishFile, writeBackDuring } from './durable.ts';
import { readMountPoints, type MountPoint } from './mount-points.ts';
import { withReadProgress } from './progress.ts';
import { readResources } from './read-resources.ts';
import { readSuperblock } from './read-superblock.ts';
import type { Resources } from './resources.ts';
import { underSpaceWatch, type FreeSpace, type SpaceWatch } from './space-watch.ts';
import { failureOf, remarksOf } from './verdict.ts';

/** What a packer is made of. */
export interface PackerOptions {
  readonly runner: Runner;
  readonly logger: Logger;
  /** Absolute. */
  readonly imageRoot: string;
  /** Absolute; replaced when it is there (H18). Its directory is this pair's own. */
  readonly archive: string;
  readonly compression: CompressionChoice;
  /** Asked only when the choice is `auto`. */
  readonly kernel: () => Promise<KernelSupport>;
  /** Bytes of the files in the image root. */
  readonly usage: () => Promise<number>;
  readonly freeSpace: (directory: string) => Promise<FreeSpace>;
  /** Takes the sums of the open archive: now its pages are in memory. */
  readonly sums: (archive: FileHandle, signal: AbortSignal) => Promise<ArchiveSums>;
  /** What must remain free on the archive's file system; 32 MiB and 32 inodes when left out. */
  readonly margin?: SpaceWatch['margin'];
  /** How often the free space is looked at; 250 ms when left out. */
  readonly tickMs?: number;
  /** The cgroup's limits when left out (H44). */
  readonly resources?: () => Promise<Resources>;
}

/** What must remain free while an archive is packed: for the journal, the status and the other container. */
export const PACKING_MARGIN = { bytes: 32 * 1024 * 1024, inodes: 32 } as const;

const TICK_MS = 250;

/** The image root as it is packed. */
interface Source {
  readonly imageRoot: string;
  readonly mountPoints: readonly MountPoint[];
}

/** Makes the packer of one job: mksquashfs into a temporary name beside the archive, renamed when it is whole. */
export function createPacker(options: PackerOptions): Packer {
  return {
    pack: async (onProgress, signal) => {
      const temporary = `${options.archive}.partial`;
      try {
        // A killed run may have left one.
        await rm(temporary, { recursive: true, force: true });
        return await pack(options, { temporary, onProgress, signal });
      } catch (error) {
        await rm(temporary, { recursive: true, force: true });
        throw error;
      }
    },
  };
}

interface Run {
  readonly temporary: string;
  readonly onProgress: OnProgress;
  readonly signal: AbortSignal;
}

async function pack(options: PackerOptions, run: Run): Promise<Packed> {
  const { logger } = options;
  const source = await readSource(options.imageRoot);
  tellOfMounts(logger, source);
  const resources = await (options.resources ?? readResources)();
  const compression = chooseCompression(options.compression, await kernelOf(options));
  const words = describeCompression(compression);
  logger.info({ processors: resources.processors, memory: resources.memory }, `packs with ${words}; ${resources.why}`);
  const args = packArguments({ ...source, archive: run.temporary, compression, resources });
  const inputSize = options.usage();
  // mksquashfs decides how this ends; it must not be left running because the counting failed first.
  inputSize.catch(() => undefined);
  await runMksquashfs(options, { ...run, args, inputSize });
  await refuseNewMounts(source);
  const read = await inputSize;
  run.onProgress(read, read);
  const { size, sums } = await finish(options, run);
  return { size, inputSize: read, compression: words, sums };
}

async function kernelOf(options: PackerOptions): Promise<KernelSupport> {
  return options.compression.name === 'auto' ? await options.kernel() : { readsZstd: false, why: 'not looked at' };
}

/** mksquashfs packs a link given as its source as a link: the directory behind it is meant. */
async function readSource(path: string): Promise<Source> {
  if (!isAbsolute(path)) throw new Failure('PackingFailed', `the image root ${path} is no absolute path`);
  const imageRoot = await realpath(path).catch((error: unknown) => {
    throw new Failure('PackingFailed', `the image root ${path} is gone`, { cause: error });
  });
  return { imageRoot, mountPoints: await readMountPoints(imageRoot) };
}

function tellOfMounts(logger: Logger, { mountPoints }: Source): void {
  for (const { path, type } of mountPoints) {
    logger.warn({ path, type }, `leaves out what is mounted on /${path} of the image (${type}), the mount point stays`);
  }
}

/** Whatever was mounted while mksquashfs was reading may be in the archive (H26). */
async function refuseNewMounts(source: Source): Promise<void> {
  const before = new Set(source.mountPoints.map(({ path }) => path));
  const fresh = (await readMountPoints(source.imageRoot)).find(({ path }) => !before.has(path));
  if (fresh === undefined) return;
  throw new Failure('PackingFailed', `${fresh.type} was mounted on /${fresh.path} of the image while it was packed`, {
    advice: 'unmount it, then resume the job',
  });
}

interface MksquashfsRun extends Run {
  readonly args: readonly string[];
  readonly inputSize: Promise<number>;
}

async function runMksquashfs(options: PackerOptions, run: MksquashfsRun): Promise<void> {
  const { runner, logger, archive } = options;
  const directory = dirname(archive);
  const { margin = PACKING_MARGIN, tickMs = TICK_MS, freeSpace } = options;
  const outcome = await underSpaceWatch(
    { directory, freeSpace, margin, tickMs, logger },
    run.signal,
    async (signal) => {
      const progress = { total: run.inputSize, onProgress: run.onProgress, tickMs };
      const packing = { program: 'mksquashfs', args: run.args, signal };
      return await writeBackDuring(
        run.temporary,
        async () => await withReadProgress(progress, async (onStarted) => await runner.run({ ...packing, onStarted })),
      );
    },
  );
  const failure = failureOf(toolOf(options), outcome);
  if (failure !== undefined) throw failure;
  tellRemarks(logger, outcome);
}

function tellRemarks(logger: Logger, outcome: Outcome): void {
  for (const remark of remarksOf(outcome)) logger.warn({ program: 'mksquashfs' }, `mksquashfs says: ${remark}`);
}

function toolOf({ imageRoot, archive }: PackerOptions): Parameters<typeof failureOf>[0] {
  return {
    program: 'mksquashfs',
    doing: `packing ${imageRoot}`,
    target: dirname(archive),
    reason: 'PackingFailed',
    advice: 'mend what it names; the image root is intact and the job can be resumed',
  };
}

/** Checks that the archive is whole, then gives it its name; the processors sum while the disk is waited for. */
async function finish(
  options: PackerOptions,
  { temporary, signal }: Run,
): Promise<{ readonly size: number; readonly sums: ArchiveSums }> {
  const { archive, logger } = options;
  const { size, inodes, compression } = await readSuperblock(temporary).catch((error: unknown) => {
    throw new Failure('PackingFailed', `mksquashfs made no readable archive: ${String(error)}`, { cause: error });
  });
  await using file = await open(temporary);
  const [publishing, summing] = [publishFile(temporary, archive), options.sums(file, signal)];
  await Promise.allSettled([publishing, summing]);
  await publishing;
  const sums = await summing;
  logger.debug({ archive, size, inodes, compression }, 'the archive is whole and durable');
  return { size, sums };
}
