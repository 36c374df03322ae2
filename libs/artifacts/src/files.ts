// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { createHash } from 'node:crypto';
import { open, rename, rm, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';

import { createDigester, type Checksum, type Digest } from './digests.ts';

const READ_BYTES = 1024 * 1024;

/** An image holds password hashes and keys: what is published is for its owner alone, as the image's own files are. */
export const PRIVATE_DIRECTORY_MODE = 0o700;

const PRIVATE_FILE_MODE = 0o600;

/** Makes names and removals in a directory durable. */
export async function syncDirectory(directory: string): Promise<void> {
  await using handle = await open(directory, 'r');
  await handle.sync();
}

/** Gives a durable file its final name. */
export async function publish(temporary: string, path: string): Promise<void> {
  await rename(temporary, path);
  await syncDirectory(dirname(path));
}

/** Opens a temporary file of ours afresh; what a killed run left under that name is gone. */
export async function createTemporary(path: string): Promise<FileHandle> {
  await rm(path, { recursive: true, force: true });
  return await open(path, 'wx', PRIVATE_FILE_MODE);
}

/** Writes a chunk at the handle's position, all of it. */
export async function writeAll(handle: FileHandle, chunk: Uint8Array): Promise<void> {
  for (let done = 0; done < chunk.byteLength;) {
    const { bytesWritten } = await handle.write(chunk, done);
    done += bytesWritten;
  }
}

/** Reads a file through a handle of its own and digests it. */
export async function digestFile(path: string, signal: AbortSignal): Promise<Digest> {
  const digester = createDigester();
  await readThrough(path, signal, (chunk) => digester.update(chunk));
  return digester.digest();
}

/** As {@link digestFile}, without the md5, which takes longer than all the rest. */
export async function checksumFile(path: string, signal: AbortSignal): Promise<Checksum> {
  const hash = createHash('sha256');
  let size = 0;
  await readThrough(path, signal, (chunk) => {
    size += chunk.byteLength;
    hash.update(chunk);
  });
  return { size, sha256: hash.digest('hex') };
}

/** The next piece is on its way while one is looked at. */
async function readThrough(path: string, signal: AbortSignal, look: (chunk: Uint8Array) => void): Promise<void> {
  await using handle = await open(path, 'r');
  const buffers = [Buffer.allocUnsafe(READ_BYTES), Buffer.allocUnsafe(READ_BYTES)] as const;
  let reading = handle.read(buffers[0]);
  for (let turn = 1; ; turn += 1) {
    const { bytesRead, buffer } = await reading;
    if (bytesRead === 0) return;
    signal.throwIfAborted();
    reading = handle.read(buffers[turn % 2 === 0 ? 0 : 1]);
    // Seen by the next turn; it must not count as unhandled if looking throws first.
    reading.catch(() => undefined);
    look(buffer.subarray(0, bytesRead));
  }
}
