// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { read } from 'node:fs';
import { promisify } from 'node:util';

import type { ArtifactSource } from '@ims/export';
import { PART_BYTES, type Part } from './part-plan.ts';

const readAt = promisify(read);

/** What is hashed at once: it stays in the cache of the processor between the two hashes. */
const PIECE_BYTES = 256 * 1024;

/** A part in memory. */
interface PartRead {
  /** Fewer than asked for when the source has become shorter. */
  readonly bytes: Uint8Array;
  /** Nobody needs the bytes any more. */
  done(): void;
}

/** Memory that is used again and again: new memory for every part costs more than reading it. */
export interface Buffers {
  /**
   * Reads a part; without {@link PartRead.done} its memory is left to the garbage collector. `undefined` for what has
   * to be streamed: a source without a descriptor, and the longer parts of the largest objects.
   */
  read(source: ArtifactSource, part: Pick<Part, 'start' | 'end'>): Promise<PartRead | undefined>;
}

/** Makes an empty store of buffers; it holds as many as parts were ever read at once. */
export function createBuffers(): Buffers {
  const free: Uint8Array[] = [];
  return {
    read: async ({ descriptor }, { start, end }) => {
      const length = end - start;
      if (descriptor === undefined || length > PART_BYTES) return undefined;
      const buffer = free.pop() ?? newBuffer(PART_BYTES);
      const count = await fill(descriptor, buffer.subarray(0, length), start);
      return {
        bytes: buffer.subarray(0, count),
        done: () => {
          free.push(buffer);
        },
      };
    },
  };
}

/** Reads a whole source from its beginning. A chunk is good until the next one is asked for. */
export async function* readThrough(source: ArtifactSource): AsyncGenerator<Uint8Array, void> {
  const { descriptor } = source;
  if (descriptor === undefined) {
    yield* source.stream();
    return;
  }
  const buffer = newBuffer(PIECE_BYTES);
  for (let at = 0, count = PIECE_BYTES; count === PIECE_BYTES; at += count) {
    count = await fill(descriptor, buffer, at);
    if (count > 0) yield buffer.subarray(0, count);
  }
}

/** Reading may give less than was asked for before the end has come. */
async function fill(descriptor: number, buffer: Uint8Array, position: number): Promise<number> {
  let done = 0;
  while (done < buffer.byteLength) {
    const { bytesRead } = await readAt(descriptor, buffer, done, buffer.byteLength - done, position + done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return done;
}

function newBuffer(bytes: number): Uint8Array {
  return Buffer.allocUnsafeSlow(bytes);
}
