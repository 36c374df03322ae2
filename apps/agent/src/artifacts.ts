// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { open, stat, type FileHandle } from 'node:fs/promises';

import { takeSums } from '@ims/artifacts';
import type { ArtifactName } from '@ims/contract';
import type { ArchiveSums, Artifacts, ArtifactSource } from '@ims/export';
import { bootPath, type BootFileNames, type ImageRoot } from '@ims/image-root';
import { Failure, type Logger } from '@ims/runtime';

/** Larger ones leave more garbage than they save calls: reading becomes slower and the memory doubles. */
const CHUNK = 128 * 1024;

/** Where the artifacts of a job come from: the archive on the volume, the others confined from the image root. */
export function jobArtifacts(options: {
  readonly archive: string;
  readonly root: () => Promise<ImageRoot>;
  readonly names: BootFileNames;
  readonly logger: Logger;
}): Artifacts {
  const { archive, root, names, logger } = options;
  const inBoot: Record<Exclude<ArtifactName, 'rootfs'>, string | undefined> = {
    kernel: names.kernel,
    initrd: names.initrd,
    boot_parameters: names.parameters,
  };
  return {
    isArchiveIntact: async ({ size }) => (await sizeOf(archive)) === size,
    open: async (name) => {
      if (name === 'rootfs') return await openArchive(archive);
      const file = inBoot[name];
      if (file === undefined) return undefined;
      const source = await openBootFile(await root(), name, file);
      if (source === undefined)
        logger.warn({ file: bootPath(file) }, 'published without kernel parameters: no such file');
      return source;
    },
  };
}

async function openArchive(path: string): Promise<ArtifactSource> {
  const handle = await open(path).catch((error: unknown) => {
    throw new Failure('PackingFailed', `the archive ${path} is gone`, { cause: error });
  });
  return await archiveSource(handle);
}

/** The sums of an archive that has just been packed. */
export async function archiveSums(archive: FileHandle, signal: AbortSignal): Promise<ArchiveSums> {
  return await takeSums(await archiveSource(archive), signal);
}

async function archiveSource(handle: FileHandle): Promise<ArtifactSource> {
  const { size } = await handle.stat();
  return {
    name: 'rootfs',
    size,
    stream: (range = { start: 0, end: size }) =>
      handle.createReadStream({ start: range.start, end: range.end - 1, highWaterMark: CHUNK, autoClose: false }),
    descriptor: handle.fd,
    close: async () => {
      await handle.close();
    },
  };
}

async function openBootFile(
  root: ImageRoot,
  name: Exclude<ArtifactName, 'rootfs'>,
  file: string,
): Promise<ArtifactSource | undefined> {
  const opened = await root.openFile(bootPath(file));
  if (opened !== undefined) {
    return {
      name,
      size: opened.size,
      stream: (range) => opened.stream(range),
      descriptor: opened.descriptor,
      close: async () => {
        await opened.close();
      },
    };
  }
  if (name === 'boot_parameters') return undefined;
  throw new Failure('ImageInvalid', `${bootPath(file)} is gone from the image root`);
}

async function sizeOf(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).size;
  } catch {
    return undefined;
  }
}
