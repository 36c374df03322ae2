// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';

import { Failure } from '@ims/runtime';

import { printable, toText } from './bytes.ts';
import { named } from './errno.ts';
import { KIND_NAMES, type Pin } from './pin.ts';

/** Bytes from `start` (inclusive) to `end` (exclusive). */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

const CHUNK = 1024 * 1024;

/** A regular file of the image root, open for reading. Its bytes and size fit `ArtifactSource` of the export story. */
export class ImageFile implements AsyncDisposable {
  /** Where it was found, links resolved, as seen from inside the image. */
  readonly path: string;
  /** Bytes when it was opened. */
  readonly size: number;
  readonly #handle: FileHandle;

  constructor(handle: FileHandle, facts: { path: string; size: number }) {
    this.#handle = handle;
    this.path = facts.path;
    this.size = facts.size;
  }

  /** Of the open file, until it is closed: reading by it leads nowhere else, whatever becomes of the path. */
  get descriptor(): number {
    return this.#handle.fd;
  }

  /**
   * The bytes of the range, all of them when left out; may be called again and again.
   *
   * @throws Failure ImageInvalid when the file has become shorter than {@link size} (H20)
   */
  async *stream(range: ByteRange = { start: 0, end: this.size }): AsyncGenerator<Uint8Array, void> {
    const end = Math.min(range.end, this.size);
    for (let position = range.start; position < end;) {
      const chunk = await this.#read(position, Math.min(CHUNK, end - position));
      position += chunk.length;
      yield chunk;
    }
  }

  /** All bytes at once; for small files. */
  async bytes(): Promise<Buffer> {
    const chunks: Uint8Array[] = [];
    for await (const chunk of this.stream()) chunks.push(chunk);
    return Buffer.concat(chunks);
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #read(position: number, length: number): Promise<Uint8Array> {
    // A chunk of its own: the reader may still hold the last one.
    const buffer = Buffer.allocUnsafeSlow(length);
    const shown = printable(Buffer.from(this.path).toString('latin1'));
    const { bytesRead } = await named(
      `reading ${shown}`,
      async () => await this.#handle.read(buffer, 0, length, position),
    );
    if (bytesRead > 0) return buffer.subarray(0, bytesRead);
    throw new Failure('ImageInvalid', `${shown} became shorter than ${String(this.size)} bytes while it was read`);
  }
}

/**
 * Opens a pinned entry for reading. Only a regular file is ever opened, so that no FIFO blocks us.
 *
 * @throws Failure ImageInvalid for every other kind
 */
export async function openPinned(pin: Pin, path: string): Promise<ImageFile> {
  if (pin.kind !== 'file') {
    throw new Failure('ImageInvalid', `${printable(path)} is ${KIND_NAMES[pin.kind]}, a regular file is needed`);
  }
  const handle = await open(pin.path, constants.O_RDONLY | constants.O_NOCTTY);
  return new ImageFile(handle, { path: toText(path), size: pin.stats.size });
}
