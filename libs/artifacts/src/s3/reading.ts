// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { Readable } from 'node:stream';

import type { ArtifactSource } from '@ims/export';
import { Failure } from '@ims/runtime';
import type { Part } from './part-plan.ts';

/** A piece that is handed to the socket; progress is told and aborts are seen between two of them. */
const PIECE_BYTES = 256 * 1024;

/**
 * Reads a whole source into memory; for small ones.
 *
 * @throws Failure VerificationFailed when it has fewer or more bytes than it said
 */
export async function readWhole(source: ArtifactSource, signal: AbortSignal): Promise<Buffer> {
  const bytes = Buffer.alloc(source.size);
  let done = 0;
  for await (const chunk of source.stream()) {
    signal.throwIfAborted();
    const room = bytes.subarray(done);
    room.set(chunk.subarray(0, room.byteLength));
    done += chunk.byteLength;
    if (done > source.size) break;
  }
  if (done !== source.size) throw wrongLength(source, done);
  return bytes;
}

/** How a body is sent. */
export interface Sending<T> {
  readonly signal: AbortSignal;
  /** How many bytes of this body were taken so far. */
  readonly onBytes: (done: number) => void;
  readonly send: (stream: Readable, abortSignal: AbortSignal) => Promise<T>;
}

/**
 * Sends bytes at hand. In pieces: TLS makes a copy of what it is given at once.
 *
 * @param onTaken told as soon as nobody reads the bytes any more, which is long before a service far away answers
 */
export async function withBytes<T>(
  bytes: Uint8Array,
  { signal, onBytes, send }: Sending<T>,
  onTaken: () => void,
): Promise<T> {
  let at = 0;
  const stream = new Readable({
    // A piece is asked for when the one before is handed to the socket, and the one before that has left it.
    highWaterMark: 1,
    read() {
      onBytes(at);
      const end = Math.min(at + PIECE_BYTES, bytes.byteLength);
      const isLast = end === bytes.byteLength;
      const piece = isLast ? Buffer.from(bytes.subarray(at, end)) : bytes.subarray(at, end);
      at = end;
      if (piece.byteLength > 0) this.push(piece);
      else {
        onTaken();
        this.push(null);
      }
    },
  });
  try {
    return await send(stream, signal);
  } finally {
    stream.destroy();
  }
}

/**
 * Sends exactly as many bytes as the part has, as they come. The request ends when its source fails, and rejects with
 * why: by itself it would wait for bytes for ever.
 */
export async function withChunks<T>(
  { name, part, chunks }: { readonly name: string; readonly part: Part; readonly chunks: AsyncIterable<Uint8Array> },
  { signal, onBytes, send }: Sending<T>,
): Promise<T> {
  const pieces = exactly({ name, part, chunks }, onBytes);
  const stream = Readable.from(pieces, { objectMode: false, highWaterMark: 1 });
  const broken = new AbortController();
  stream.once('error', (error) => {
    broken.abort(error);
  });
  try {
    return await send(stream, AbortSignal.any([signal, broken.signal]));
  } catch (error) {
    throw broken.signal.aborted ? broken.signal.reason : error;
  } finally {
    stream.destroy();
  }
}

async function* exactly(
  { name, part, chunks }: { readonly name: string; readonly part: Part; readonly chunks: AsyncIterable<Uint8Array> },
  onBytes: (done: number) => void,
): AsyncGenerator<Uint8Array> {
  const size = part.end - part.start;
  let done = 0;
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.byteLength; at += PIECE_BYTES) {
      const piece = chunk.subarray(at, at + PIECE_BYTES);
      done += piece.byteLength;
      if (done > size) throw changed(name);
      yield piece;
      onBytes(done);
    }
  }
  if (done < size) throw changed(name);
}

/** A source that does not hold still. */
export function changed(name: string): Failure {
  return new Failure('VerificationFailed', `${name} was not stored: its source changed while it was read`, {
    advice: 'find out what writes to the image root or to the archive, then resume the job',
  });
}

/** A source that is not as long as it said. */
export function wrongLength(source: ArtifactSource, got: number): Failure {
  const found = got > source.size ? 'more' : String(got);
  return new Failure(
    'VerificationFailed',
    `${source.name} was not stored: its source said ${String(source.size)} bytes and gave ${found}`,
  );
}
