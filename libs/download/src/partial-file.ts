// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';

import { Failure } from '@ims/runtime';

/** A file that grows while it arrives. */
export interface PartialFile extends AsyncDisposable {
  /** Bytes taken so far. */
  readonly size: number;
  /** The first bytes that lie in it. */
  head(bytes: number): Promise<Uint8Array>;
  /** Takes the next bytes; resolves at once unless the disk is behind. Throws what an earlier write failed of. */
  append(chunk: Uint8Array): Promise<void>;
  /** Resolves when everything that was taken is written. */
  settle(): Promise<void>;
  /** Empties it. */
  restart(): Promise<void>;
}

/** So much may wait for the disk, in bytes. */
const WAITING_LIMIT = 8 * 1024 * 1024;

/** writev(2) takes no more pieces. */
const MOST_AT_ONCE = 1024;

const FLAGS = constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/**
 * Opens a partial file and goes on at its end. All that arrives while the disk writes what came before is written at
 * once: no byte is copied.
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
  const queue = createQueue(async (chunks, position) => {
    await written(path, async () => await writeAll(handle, chunks, position));
  });
  let { length: size } = opened;
  return {
    get size() {
      return size;
    },
    head: async (bytes) => {
      await queue.settle();
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(bytes), 0, bytes, 0);
      return buffer.subarray(0, bytesRead);
    },
    append: async (chunk) => {
      const full = queue.offer(chunk, size);
      size += chunk.byteLength;
      await full;
    },
    settle: async () => {
      await queue.settle();
    },
    restart: async () => {
      await queue.settle().catch(() => undefined);
      await written(path, async () => await handle.truncate(0));
      size = 0;
    },
    [Symbol.asyncDispose]: async () => {
      await queue.settle().catch(() => undefined);
      await handle.close();
    },
  };
}

interface Queue {
  /** Resolves when more may come. */
  offer(chunk: Uint8Array, position: number): Promise<void> | undefined;
  settle(): Promise<void>;
}

function createQueue(write: (chunks: Uint8Array[], position: number) => Promise<void>): Queue {
  let waiting: Uint8Array[] = [];
  let waitingBytes = 0;
  let next = 0;
  let writing: Promise<void> | undefined;
  const drain = async (): Promise<void> => {
    while (waiting.length > 0) {
      const chunks = waiting;
      const position = next;
      waiting = [];
      next += waitingBytes;
      waitingBytes = 0;
      await write(chunks, position);
    }
    writing = undefined;
  };
  return {
    offer: (chunk, position) => {
      if (waiting.length === 0) next = position;
      waiting.push(chunk);
      waitingBytes += chunk.byteLength;
      if (writing === undefined) {
        writing = drain();
        // Whoever offers next, or settles, learns of it.
        writing.catch(() => undefined);
      }
      return waitingBytes > WAITING_LIMIT ? writing : undefined;
    },
    settle: async () => {
      await writing;
    },
  };
}

async function writeAll(handle: FileHandle, chunks: Uint8Array[], position: number): Promise<void> {
  let left = chunks;
  let at = position;
  while (left.length > 0) {
    const { bytesWritten } = await handle.writev(left.slice(0, MOST_AT_ONCE), at);
    at += bytesWritten;
    left = dropped(left, bytesWritten);
  }
}

/** What is left of chunks after their first bytes. */
function dropped(chunks: Uint8Array[], bytes: number): Uint8Array[] {
  let gone = bytes;
  const index = chunks.findIndex((chunk) => {
    if (chunk.byteLength > gone) return true;
    gone -= chunk.byteLength;
    return false;
  });
  if (index === -1) return [];
  const [first = new Uint8Array(), ...others] = chunks.slice(index);
  return [first.subarray(gone), ...others];
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
