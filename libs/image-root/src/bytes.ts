// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

/**
 * File names and link targets are bytes, not text. Inside this library they are "byte strings":
 * one character per byte, so that splitting at `/` is simple and no name is lost.
 */
export function toBytes(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

/** A byte string as text; bytes that are not UTF-8 become U+FFFD. */
export function toText(bytes: string): string {
  return Buffer.from(bytes, 'latin1').toString('utf8');
}

/** The path of `name` (a byte string) in a directory, as Node's functions take it. */
export function at(directory: { readonly path: string }, name: string): Buffer {
  return Buffer.from(`${directory.path}/${name}`, 'latin1');
}

const SHOWN = 300;

/** A byte string for a message: one line without control characters, shortened when very long. */
export function printable(bytes: string): string {
  const safe = toText(bytes).replaceAll(
    /[\p{Cc}\p{Cf}\u2028\u2029]/gu,
    (character) => `\\x${(character.codePointAt(0) ?? 0).toString(16).padStart(2, '0')}`,
  );
  return safe.length > SHOWN ? `${safe.slice(0, SHOWN)}…` : safe;
}
