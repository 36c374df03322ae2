// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { TOKENS, type Note, type OwnNote, type Sentinel, type Token, type Words } from '@ims/contract';

/** How much of a sentinel is read and written, in bytes; what a user put behind it is not looked at. */
export const SENTINEL_LIMIT = 4096;

/** A sentinel that is there and can be read. */
export type PresentSentinel = Extract<Sentinel, { kind: 'present' }>;

/**
 * Decodes the bytes of a sentinel; never throws.
 *
 * Bytes that are no UTF-8 and control characters (a terminal would obey them) become U+FFFD; line ends of any
 * kind become LF. A file of white space counts as empty, since that is what `echo > complete` makes.
 *
 * @param isOwn whether a text in the form of a note is one; by its token alone when left out
 */
export function decodeSentinel(bytes: Uint8Array, isOwn: (note: Note) => boolean = hasToken): PresentSentinel {
  const text = textOfBytes(bytes.subarray(0, SENTINEL_LIMIT));
  if (text.trim() === '') return { kind: 'present', content: 'empty' };
  const [first = '', ...rest] = text.split('\n');
  const note = { token: first.trim(), message: rest.join('\n').trimEnd() };
  return isOwn(note) ? { kind: 'present', content: 'note', note } : { kind: 'present', content: 'unrecognised', text };
}

/** The bytes of a sentinel: none without a note; a text that is too long is cut at its end. */
export function encodeSentinel(note?: OwnNote | Words): Uint8Array {
  if (note === undefined) return new Uint8Array();
  const text = 'words' in note ? note.words : `${note.token}\n${note.message}`;
  const whole = Buffer.from(`${text.trimEnd()}\n`);
  return whole.length <= SENTINEL_LIMIT ? whole : whole.subarray(0, characterStart(whole, SENTINEL_LIMIT));
}

/** Makes a note of ours out of a token and a message. */
export function noteWith(token: Token, message = ''): OwnNote {
  return { token, message };
}

function hasToken({ token }: Note): boolean {
  return (TOKENS as readonly string[]).includes(token);
}

function textOfBytes(bytes: Uint8Array): string {
  const end = bytes.length < SENTINEL_LIMIT ? bytes.length : wholeCharacters(bytes);
  const text = new TextDecoder('utf-8', { fatal: false }).decode(bytes.subarray(0, end));
  // eslint-disable-next-line no-control-regex -- they are what is to be found
  return text.replaceAll(/\r\n?/g, '\n').replaceAll(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '\uFFFD');
}

/** Leaves out a last character that the limit has cut in two. */
function wholeCharacters(bytes: Uint8Array): number {
  const last = bytes.findLastIndex((byte) => (byte & 0xc0) !== 0x80);
  const lead = bytes[last] ?? 0;
  const needs = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1;
  return last >= 0 && last + needs > bytes.length ? last : bytes.length;
}

/** The start of the character that `at` lies in. */
function characterStart(bytes: Uint8Array, at: number): number {
  let start = at;
  while (start > 0 && ((bytes[start] ?? 0) & 0xc0) === 0x80) start -= 1;
  return start;
}
