// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';

import { startMd5Thread, type Md5Thread } from '@ims/digest';
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
  /** Has another thread take the md5 of what is written, now and as more arrives: nobody reads it for that again. */
  sum(): void;
  /** The md5 of all that is written, in lower-case hex; nothing may be written afterwards. */
  md5(signal: AbortSignal): Promise<string>;
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
  let md5: Md5Thread | undefined;
  const sum = (): Md5Thread => {
    // Whoever unpacks the image needs the processors more.
    md5 ??= startMd5Thread(handle.fd, { yields: true });
    md5.reach(size);
    return md5;
  };
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
      md5?.reach(size);
    },
    restart: async () => {
      if (size === 0) return;
      const begun = md5;
      md5 = undefined;
      await begun?.[Symbol.asyncDispose]();
      await written(path, async () => await handle.truncate(0));
      size = 0;
      if (begun !== undefined) sum();
    },
    sum: () => void sum(),
    md5: async (signal) => await sum().digest(signal),
    [Symbol.asyncDispose]: async () => {
      await md5?.[Symbol.asyncDispose]();
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
