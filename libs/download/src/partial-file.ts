// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';

import { Failure } from '@ims/runtime';

/** A file that grows while it arrives. */
export interface PartialFile extends AsyncDisposable {
  /** Bytes that are written. */
  readonly size: number;
  /** The first bytes that lie in it. */
  head(bytes: number): Promise<Uint8Array>;
  /** Writes the next bytes, which may be overwritten afterwards; meanwhile the system takes what arrives. */
  append(chunk: Uint8Array): Promise<void>;
  /** Empties it. */
  restart(): Promise<void>;
}

const FLAGS = constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/**
 * Opens a partial file and goes on at its end.
 *
 * @throws Failure NoSpace, PlatformUnavailable; so do its methods
 */
export async function openPartialFile(path: string): Promise<PartialFile> {
  const handle = await written(path, async () => await open(path, FLAGS, 0o600));
  const stats = await handle.stat();
  if (!stats.isFile()) {
    await handle.close();
    throw new Failure('PlatformUnavailable', `${path} is not a regular file`, { advice: 'move it away' });
  }
  return partialFile({ path, handle, length: stats.size });
}

function partialFile(opened: { path: string; handle: FileHandle; length: number }): PartialFile {
  const { path, handle } = opened;
  let { length: size } = opened;
  return {
    get size() {
      return size;
    },
    head: async (bytes) => {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(bytes), 0, bytes, 0);
      return buffer.subarray(0, bytesRead);
    },
    append: async (chunk) => {
      for (let done = 0; done < chunk.byteLength;) {
        const { bytesWritten } = await written(path, async () => await handle.write(chunk, done, undefined, size));
        done += bytesWritten;
        size += bytesWritten;
      }
    },
    restart: async () => {
      await written(path, async () => await handle.truncate(0));
      size = 0;
    },
    [Symbol.asyncDispose]: async () => {
      await handle.close();
    },
  };
}

async function written<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    const reason = code === 'ENOSPC' || code === 'EDQUOT' ? 'NoSpace' : 'PlatformUnavailable';
    throw new Failure(reason, `cannot write ${path}: ${code}`, { cause: error });
  }
}
