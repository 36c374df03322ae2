// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

/** The waits between attempts at anything that is not in this process, in milliseconds. */
export const BACKOFF = {
  /** After the first failure; each further wait is twice as long. */
  firstMs: 500,
  /** No wait of our own is longer. */
  longestMs: 30_000,
  /** The same while the program is ending. */
  longestAtTheEndMs: 1000,
  /** No server is waited for longer than this, whatever it asks for. */
  longestAskedMs: 120_000,
} as const;

/** Bounds of the waits of one kind of attempts, in milliseconds. */
export interface Waits {
  readonly firstMs: number;
  readonly longestMs: number;
}

/**
 * How long to wait after the `failures`th failure in a row, in milliseconds. Doubled each time and spread over the upper
 * half, so that a thousand clients do not come back at once (H46). A server can ask for more, never for less: one that
 * says "now" to everybody, or whose clock is wrong, would be called without a pause.
 *
 * @param failed.askedMs what the server asked for, see {@link retryAfterOf}
 * @param failed.random from 0 to 1
 */
export function backoffMs(
  failed: { readonly failures: number; readonly askedMs?: number | undefined; readonly random: number },
  waits: Waits = BACKOFF,
): number {
  const { failures, askedMs = 0, random } = failed;
  const own = doubledMs(waits.firstMs, failures - 1, waits.longestMs) * (0.5 + random / 2);
  return Math.max(own, Math.min(askedMs, BACKOFF.longestAskedMs) * (1 + random / 10));
}

/** A time in milliseconds that is doubled so many times, up to a longest. */
export function doubledMs(firstMs: number, times: number, longestMs: number): number {
  return Math.min(firstMs * 2 ** Math.max(0, Math.min(times, 30)), longestMs);
}
