// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

/** Large enough that a read of the system takes all that has arrived. */
const SLAB_BYTES = 1024 * 1024;

/** With less room than this nothing more is asked for. */
const LEAST_ROOM = 128 * 1024;

/** For what still comes then: TLS gives all that it has decrypted, up to 64 KiB, and a read needs room to be asked for. */
const SPARE_BYTES = 128 * 1024;

/** Two buffers, one of which is filled while the reader has the other. */
export interface Slabs {
  /** Where the next bytes go. */
  readonly room: () => Uint8Array;
  /** Takes bytes that have arrived, in the room that was given or elsewhere; false: no more for now. */
  readonly fill: (bytes: Uint8Array) => boolean;
  /** No more will come. */
  readonly end: () => void;
  /** Called when there is room again. */
  readonly onRoom: (call: () => void) => void;
  /** The next bytes, good until the next call; undefined at the end. One call at a time. */
  readonly next: () => Promise<Uint8Array | undefined>;
}

/** Makes the buffers; they take memory only when they are used. */
export function createSlabs(): Slabs {
  let [filling, other]: [Buffer | undefined, Buffer | undefined] = [undefined, undefined];
  let filled = 0;
  let hasEnded = false;
  let waiting: ((bytes: Uint8Array | undefined) => void) | undefined;
  let tellRoom = (): void => undefined;
  const slab = (): Buffer => (filling ??= Buffer.allocUnsafeSlow(SLAB_BYTES + SPARE_BYTES));
  const swap = (): Uint8Array => {
    const full = slab();
    const bytes = full.subarray(0, filled);
    [filling, other, filled] = [other, full, 0];
    return bytes;
  };
  const answer = (bytes: Uint8Array | undefined): void => {
    waiting?.(bytes);
    waiting = undefined;
  };
  const isFull = (): boolean => SLAB_BYTES - filled < LEAST_ROOM;
  return {
    room: () => slab().subarray(filled, isFull() ? undefined : SLAB_BYTES),
    fill: (bytes) => {
      // The room may have been given before the reader got that buffer.
      const isThere = bytes.buffer === slab().buffer && bytes.byteOffset === filled;
      if (!isThere) slab().set(bytes, filled);
      filled += bytes.byteLength;
      if (waiting !== undefined) answer(swap());
      return !isFull();
    },
    end: () => {
      hasEnded = true;
      if (filled === 0) answer(undefined);
    },
    onRoom: (call) => {
      tellRoom = call;
    },
    next: async () => {
      if (filled > 0) {
        const bytes = swap();
        tellRoom();
        return bytes;
      }
      if (hasEnded) return undefined;
      return await new Promise((resolve) => {
        waiting = resolve;
      });
    },
  };
}
