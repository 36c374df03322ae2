// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { rm } from 'node:fs/promises';

import { Failure } from '@ims/runtime';
import { createDigester, createSha256Digester, describeChecksum, isSame, type Digest } from './digests.ts';
import { createTemporary, checksumFile, publish, writeAll } from './files.ts';
import { otherThanPacked } from './recorded.ts';
import { onStore } from './store-io.ts';

/** Bytes on their way to a file. */
export interface Transfer {
  readonly path: string;
  readonly chunks: AsyncIterable<Uint8Array>;
  /** How many bytes must come. */
  readonly size: number;
  /** What the bytes have to be, when that is known before they are read. */
  readonly wanted: Digest | undefined;
  readonly onProgress: (done: number, total: number) => void;
  readonly signal: AbortSignal;
}

/** The name a file bears until it is whole; in the same directory, so that the rename is atomic. */
export function temporaryOf(path: string): string {
  return path.replace(/[^/]*$/, (name) => `.${name}.partial`);
}

/** Whether a name is that of a file that was never finished. */
export function isTemporary(name: string): boolean {
  return /^\..+\.partial$/.test(name);
}

/**
 * Writes a file that appears under its name only when it is durable and what is read back is what was read (H20).
 * Nothing is left behind otherwise.
 *
 * @throws Failure VerificationFailed, NoSpace, StoreUnavailable, or what `chunks` throws
 */
export async function writeVerified(transfer: Transfer): Promise<Digest> {
  const { path, signal } = transfer;
  const temporary = temporaryOf(path);
  try {
    const sent = await write(transfer, temporary);
    const held = await onStore(temporary, async () => await checksumFile(temporary, signal));
    if (!isSame(sent, held))
      throw differs(path, `${describeChecksum(sent)} were sent, ${describeChecksum(held)} are held`);
    await onStore(path, async () => await publish(temporary, path));
    return sent;
  } catch (error) {
    // The store may be gone altogether: why it failed matters more than what could not be tidied.
    await rm(temporary, { force: true }).catch(() => undefined);
    throw error;
  }
}

async function write(transfer: Transfer, temporary: string): Promise<Digest> {
  const { path, size, wanted, signal, onProgress } = transfer;
  const digester = wanted === undefined ? createDigester() : createSha256Digester(wanted.md5);
  await using handle = await onStore(temporary, async () => await createTemporary(temporary));
  let done = 0;
  for await (const chunk of transfer.chunks) {
    signal.throwIfAborted();
    const writing = onStore(temporary, async () => await writeAll(handle, chunk));
    // The disk works while the processor digests.
    digester.update(chunk);
    await writing;
    done += chunk.byteLength;
    if (done > size) break;
    onProgress(done, size);
  }
  if (done !== size) throw differs(path, `its source said ${String(size)} bytes and gave ${String(done)}`);
  const digest = digester.digest();
  if (wanted !== undefined && !isSame(digest, wanted)) throw otherThanPacked(path);
  await onStore(temporary, async () => await handle.sync());
  return digest;
}

function differs(path: string, how: string): Failure {
  return new Failure('VerificationFailed', `${path} was not stored: ${how}`);
}
