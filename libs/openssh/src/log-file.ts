// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/** Reads what was added to a file that may not be there yet, be cut short, or be replaced. */
export interface FileTail {
  /** The complete lines since the last call; the last one, still without its end, waits for the next call. */
  read(): string[];
}

/** More than this without a line end is taken for a line. */
const LONGEST_LINE = 65_536;
/** One call reads at most this much, so that a flood does not hold up everything else. */
const MOST_BYTES = 1_048_576;
const NOTHING = Buffer.alloc(0);

/** Begins at the end of what is there now: earlier lines were told by an earlier run. */
export function tailFile(path: string): FileTail {
  const start = withFile(path, (fd) => fstatSync(fd));
  let position = start?.size ?? 0;
  let inode = start?.ino;
  let rest = Buffer.alloc(0);
  const added = (fd: number): Buffer => {
    const { ino, size } = fstatSync(fd);
    if (ino !== inode || size < position) {
      [position, inode, rest] = [0, ino, Buffer.alloc(0)];
    }
    if (size === position) return NOTHING;
    const buffer = Buffer.alloc(Math.min(size - position, MOST_BYTES));
    const count = readSync(fd, buffer, 0, buffer.length, position);
    position += count;
    return buffer.subarray(0, count);
  };
  return {
    read: () => {
      const more = withFile(path, added) ?? NOTHING;
      if (more.length === 0) return [];
      const bytes = Buffer.concat([rest, more]);
      const end = bytes.length > LONGEST_LINE && !bytes.includes(10) ? bytes.length : bytes.lastIndexOf(10) + 1;
      rest = Buffer.from(bytes.subarray(end));
      return bytes
        .toString('utf8', 0, end)
        .split('\n')
        .map((line) => line.replace(/\r+$/, ''))
        .filter((line) => line !== '');
    },
  };
}

function withFile<T>(path: string, work: (fd: number) => T): T | undefined {
  let fd: number;
  try {
    fd = openSync(path, 'r');
  } catch {
    return undefined;
  }
  try {
    return work(fd);
  } finally {
    closeSync(fd);
  }
}
