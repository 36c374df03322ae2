// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { read } from 'node:fs';
import { promisify } from 'node:util';

import type { ArtifactSource } from '@ims/export';
import { PART_BYTES, type Part } from './part-plan.ts';

const readAt = promisify(read);

/** What is hashed at once: it stays in the cache of the processor between the two hashes. */
const PIECE_BYTES = 256 * 1024;

/** Parts that lie in memory as a whole, at most. Those that find no room are read in small pieces, twice. */
const WHOLE_PARTS = 3;

/** Bytes of a small piece. */
const SMALL_BYTES = 128 * 1024;

/** One is being sent, one waits for that, one is being read, and one is room between them. */
const RING = 4;

/** A part in memory. */
interface PartRead {
  /** Fewer than asked for when the source has become shorter. */
  readonly bytes: Uint8Array;
  /** Nobody needs the bytes any more. */
  readonly done: () => void;
}

/** A part that is read as it is needed. A piece is good until the third one after it is asked for. */
interface PartPieces {
  pieces(): AsyncGenerator<Uint8Array, void>;
  /** Nobody reads any more. */
  readonly done: () => void;
}

/** Memory that is used again and again: new memory for every part costs more than reading it. */
export interface Buffers {
  /**
   * Reads a part as a whole. `undefined` where that cannot be: a source without a descriptor, the longer parts of the
   * largest objects, and when as many as there is memory for are read already.
   */
  read(source: ArtifactSource, part: Pick<Part, 'start' | 'end'>): Promise<PartRead | undefined>;
  /** Opens a part for reading it in pieces; `undefined` for a source without a descriptor. */
  open(source: ArtifactSource, part: Pick<Part, 'start' | 'end'>): PartPieces | undefined;
}

/** Makes an empty store of buffers; it holds as many as were ever needed at once. */
export function createBuffers(): Buffers {
  const whole = createPool(() => newBuffer(PART_BYTES));
  const rings = createPool(() => Array.from({ length: RING }, () => newBuffer(SMALL_BYTES)));
  return {
    read: async ({ descriptor }, { start, end }) => {
      const length = end - start;
      if (descriptor === undefined || length > PART_BYTES || whole.taken === WHOLE_PARTS) return undefined;
      const buffer = whole.take();
      const done = (): void => {
        whole.give(buffer);
      };
      try {
        const count = await fill(descriptor, buffer.subarray(0, length), start);
        return { bytes: buffer.subarray(0, count), done };
      } catch (error) {
        done();
        throw error;
      }
    },
    open: ({ descriptor }, part) => {
      if (descriptor === undefined) return undefined;
      const ring = rings.take();
      let reading: Promise<unknown> = Promise.resolve();
      const pieceAt = async (index: number): Promise<Uint8Array> => {
        const at = part.start + index * SMALL_BYTES;
        const room = (ring[index % RING] ?? newBuffer(SMALL_BYTES)).subarray(0, Math.max(0, part.end - at));
        const filled = fill(descriptor, room, at);
        // Nobody may be there any more when it fails.
        reading = filled.catch(() => undefined);
        return room.subarray(0, await filled);
      };
      const done = (): void => {
        // Who left early has left a read behind.
        void reading.then(() => {
          rings.give(ring);
        });
      };
      return { pieces: () => piecesOf(pieceAt), done };
    },
  };
}

interface Pool<T> {
  readonly taken: number;
  take(): T;
  give(item: T): void;
}

function createPool<T>(make: () => T): Pool<T> {
  const free: T[] = [];
  let taken = 0;
  return {
    get taken() {
      return taken;
    },
    take: () => {
      taken += 1;
      return free.pop() ?? make();
    },
    give: (item) => {
      taken -= 1;
      free.push(item);
    },
  };
}

/** The next piece is read while somebody works at the one before. */
async function* piecesOf(pieceAt: (index: number) => Promise<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  let next = pieceAt(0);
  for (let index = 1; ; index += 1) {
    const piece = await next;
    if (piece.byteLength === 0) return;
    next = pieceAt(index);
    next.catch(() => undefined);
    yield piece;
  }
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
