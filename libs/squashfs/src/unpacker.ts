// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';

import type { Room, Unpacker } from '@ims/preparation';
import { Failure, type Logger, type Runner } from '@ims/runtime';
import { readResources } from './read-resources.ts';
import { readSuperblock } from './read-superblock.ts';
import type { Resources } from './resources.ts';
import { parseSuperblock, SUPERBLOCK_BYTES } from './superblock.ts';
import { unpack } from './unpack.ts';
import { leastUnpackedSize, unpackedSize } from './unpacked-size.ts';

/** What an unpacker is made of. */
export interface UnpackerOptions {
  readonly runner: Runner;
  readonly logger: Logger;
  /** Absolute path of the squashfs, on the file system that it is unpacked to. */
  readonly archive: string;
  /** The image's address as anybody may read it, for errors. */
  readonly place: string;
  /** The cgroup's limits when left out (H44). */
  readonly resources?: () => Promise<Resources>;
}

/** Beside what the image itself holds. */
const SPARE: Room = { bytes: 4 * 1024 * 1024, inodes: 16 };

/** Makes the unpacker of one squashfs that came from somewhere else, and may be anything. */
export function createUnpacker(options: UnpackerOptions): Unpacker {
  const { runner, logger, archive, place } = options;
  const what = `the image at ${place}`;
  let limits: Promise<Resources> | undefined;
  const resources = async (): Promise<Resources> => await (limits ??= (options.resources ?? readResources)());
  return {
    headBytes: SUPERBLOCK_BYTES,
    announced: (head) => {
      // While the image arrives there is time for it.
      resources().catch(() => undefined);
      const superblock = corrupting(() => parseSuperblock(head, what));
      return { bytes: superblock.bytesUsed, atLeast: withSpare(leastUnpackedSize(superblock)) };
    },
    needs: async () => {
      try {
        const { bsize } = await statfs(dirname(archive));
        return withSpare(await unpackedSize(archive, await readSuperblock(archive), bsize));
      } catch (error) {
        throw corruptionOf(error);
      }
    },
    unpack: async (directory, onProgress, signal) => {
      const { processors } = await resources();
      try {
        await unpack({ runner, logger, archive, directory, processors, onProgress, signal });
      } catch (error) {
        throw corruptionOf(error);
      }
    },
  };
}

function withSpare(size: Room): Room {
  return { bytes: size.bytes + SPARE.bytes, inodes: size.inodes + SPARE.inodes };
}

function corrupting<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw corruptionOf(error);
  }
}

/** An image that people name is a matter of configuration; one that was fetched is not the one that was announced. */
function corruptionOf(error: unknown): unknown {
  if (!(error instanceof Failure) || error.reason !== 'ConfigurationInvalid') return error;
  return new Failure('SourceCorrupt', error.message, { cause: error });
}
