// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

/** How many bytes a text has on the wire. */
export function bytesOf(text: string): number {
  return new TextEncoder().encode(text).length;
}

const ELLIPSIS = '…';

/** The text in one line, and in at most `limit` bytes of UTF-8: what does not fit is replaced by an ellipsis. */
export function shorten(text: string, limit: number): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  if (bytesOf(line) <= limit) return line;
  // Counts whole characters only, so that none is cut in two.
  const { read } = new TextEncoder().encodeInto(line, new Uint8Array(limit - bytesOf(ELLIPSIS)));
  return `${line.slice(0, read)}${ELLIPSIS}`;
}
