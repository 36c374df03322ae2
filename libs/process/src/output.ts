// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { StringDecoder } from 'node:string_decoder';

/** How much of each output an outcome keeps unless more is asked for, in bytes: the end of it, since tools say why there. */
export const KEPT_BYTES = 64 * 1024;

/** How much of the beginning of an error output is kept as well, in bytes: that is where the cause is told first. */
const KEPT_HEAD_BYTES = 4096;

/** A line that never ends is cut here, in characters, so that a hostile program cannot fill our memory. */
const LONGEST_LINE = 64 * 1024;

/** Keeps the end of what was written to it. */
export interface Tail {
  write(chunk: Uint8Array): void;
  /** At most what is kept as text; never begins in the middle of a character. */
  text(): string;
}

/** Makes an empty tail of at most so many bytes. */
export function createTail(keptBytes = KEPT_BYTES): Tail {
  let chunks: Uint8Array[] = [];
  let size = 0;
  const join = (): Buffer => {
    const kept = Buffer.concat(chunks).subarray(-keptBytes);
    chunks = [kept];
    size = kept.length;
    return kept;
  };
  return {
    write: (chunk) => {
      chunks.push(chunk);
      size += chunk.length;
      if (size > 4 * keptBytes) join();
    },
    text: () => {
      const cut = size > keptBytes;
      const kept = join();
      return (cut ? kept.subarray(firstCharacter(kept)) : kept).toString('utf8');
    },
  };
}

/** Makes a tail that keeps the first lines as well; what is left out between them is a line with an ellipsis. */
export function createEnds(): Tail {
  const tail = createTail();
  const head: Uint8Array[] = [];
  let size = 0;
  return {
    write: (chunk) => {
      if (size < KEPT_HEAD_BYTES) head.push(chunk.subarray(0, KEPT_HEAD_BYTES - size));
      size += chunk.length;
      tail.write(chunk);
    },
    text: () => {
      if (size <= KEPT_BYTES) return tail.text();
      const first = Buffer.concat(head);
      return `${first.subarray(0, first.lastIndexOf('\n') + 1).toString('utf8')}…\n${tail.text()}`;
    },
  };
}

/** Cuts a stream of bytes into lines. */
export interface LineSplitter {
  write(chunk: Uint8Array): void;
  /** Gives the last line, if it lacks its end. */
  end(): void;
}

/** Makes a splitter at CR, LF and CR LF; a character that spans two chunks stays whole. */
export function createLineSplitter(onLine: (line: string) => void): LineSplitter {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  let afterReturn = false;
  const take = (text: string): void => {
    // A CR LF may be torn apart by a chunk's end: its LF is no second line.
    const fresh = afterReturn && text.startsWith('\n') ? text.slice(1) : text;
    if (text !== '') afterReturn = text.endsWith('\r');
    const lines = (rest + fresh).split(/\r\n|\r|\n/);
    rest = lines.pop() ?? '';
    lines.forEach(onLine);
    while (rest.length > LONGEST_LINE) {
      onLine(rest.slice(0, LONGEST_LINE));
      rest = rest.slice(LONGEST_LINE);
    }
  };
  return {
    write: (chunk) => {
      take(decoder.write(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)));
    },
    end: () => {
      take(decoder.end());
      if (rest !== '') onLine(rest);
      rest = '';
    },
  };
}

function firstCharacter(bytes: Uint8Array): number {
  const start = bytes.subarray(0, 4).findIndex((byte) => (byte & 0xc0) !== 0x80);
  return start === -1 ? 0 : start;
}
