// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

/** So much is given at once. */
const PIECE = 1024 * 1024;

/**
 * The same bytes in larger pieces: those of a store are as small as a socket gives them, and to write each by itself
 * costs more than to copy them. What has come is given before a failure is passed on, so that it is not fetched again.
 * Each piece is good until the next one is asked for.
 */
export async function* gathered(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  const buffer = new Uint8Array(PIECE);
  let filled = 0;
  let failure: { readonly error: unknown } | undefined;
  try {
    for await (const piece of body) {
      if (filled > 0 && filled + piece.byteLength > PIECE) {
        yield buffer.subarray(0, filled);
        filled = 0;
      }
      if (piece.byteLength > PIECE) {
        yield piece;
      } else {
        buffer.set(piece, filled);
        filled += piece.byteLength;
      }
    }
  } catch (error) {
    failure = { error };
  }
  if (filled > 0) yield buffer.subarray(0, filled);
  if (failure !== undefined) throw failure.error;
}
