// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { ArtifactSource } from '@ims/export';
import type { Part } from './part-plan.ts';

/** How much is read at once. */
const PIECE_BYTES = 1024 * 1024;

/** Parts of the largest objects are longer: they are streamed, so that memory stays bounded. */
const LONGEST_BYTES = 8 * PIECE_BYTES;

/** A part on its way out of its source. */
interface PartReading {
  readonly chunks: AsyncIterable<Uint8Array>;
  /** Nobody needs the chunks any more. */
  done(): void;
}

/** Memory that is used again and again: new memory for every chunk costs more than reading it. */
export interface Buffers {
  /** Reads a part; without {@link PartReading.done} its memory is left to the garbage collector. */
  read(source: ArtifactSource, part: Pick<Part, 'start' | 'end'>): PartReading;
}

/** Makes an empty store of buffers; it holds as many as parts were ever read at once. */
export function createBuffers(): Buffers {
  const free: Uint8Array[] = [];
  return {
    read: (source, part) => {
      const length = part.end - part.start;
      if (source.fill === undefined || length > LONGEST_BYTES) {
        return { chunks: source.stream(part), done: () => undefined };
      }
      const buffer = free.pop() ?? newBuffer(LONGEST_BYTES);
      return {
        chunks: filled(source.fill, buffer.subarray(0, length), part.start),
        done: () => {
          free.push(buffer);
        },
      };
    },
  };
}

/** Reads a whole source from its beginning. A chunk is good until the next one is asked for. */
export async function* readThrough(source: ArtifactSource): AsyncGenerator<Uint8Array, void> {
  const { fill } = source;
  if (fill === undefined) {
    yield* source.stream();
    return;
  }
  const buffer = newBuffer(PIECE_BYTES);
  for (let at = 0, count = PIECE_BYTES; count === PIECE_BYTES; at += count) {
    count = await fill(buffer, at);
    if (count > 0) yield buffer.subarray(0, count);
  }
}

async function* filled(
  fill: NonNullable<ArtifactSource['fill']>,
  buffer: Uint8Array,
  start: number,
): AsyncGenerator<Uint8Array, void> {
  for (let at = 0; at < buffer.byteLength; at += PIECE_BYTES) {
    const piece = buffer.subarray(at, at + PIECE_BYTES);
    const count = await fill(piece, start + at);
    if (count > 0) yield piece.subarray(0, count);
    if (count < piece.byteLength) return;
  }
}

function newBuffer(bytes: number): Uint8Array {
  return Buffer.allocUnsafeSlow(bytes);
}
