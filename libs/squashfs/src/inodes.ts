// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

/** What an inode of a squashfs takes when it is unpacked. */
export interface UnpackedInode {
  /** Bytes of its content on disk, without holes; 0 for what lies in the inode itself. */
  readonly content: number;
  /** Bytes of the inode in the table. */
  readonly length: number;
}

/** Bytes that every inode begins with. */
const HEADER = 16;

/** So much of an inode decides how long it is. */
export const LONGEST_START = 56;

const LONGEST_NAME = 256;

const NO_FRAGMENT = 0xffffffff;

/** A link's target of up to so many bytes needs no block of its own (ext4). */
const FAST_LINK = 59;

/**
 * Reads the inode at a place of a piece of the inode table (Linux, `fs/squashfs/squashfs_fs.h`).
 * `undefined` for a directory whose index reaches beyond the piece.
 *
 * @throws RangeError when the piece ends before the inode's beginning does, or holds what no inode can
 */
export function readInode(piece: DataView, at: number, blockSize: number): UnpackedInode | undefined {
  const read = READERS[piece.getUint16(at, true)];
  if (read === undefined) throw new RangeError('no inode is of this type');
  return read(piece, at, blockSize);
}

type Reader = (piece: DataView, at: number, blockSize: number) => UnpackedInode | undefined;

const fixed =
  (length: number): Reader =>
  () => ({ content: 0, length });

const link =
  (after: number): Reader =>
  (piece, at) => {
    const target = piece.getUint32(at + HEADER + 4, true);
    return { content: target > FAST_LINK ? target : 0, length: HEADER + 8 + target + after };
  };

const file: Reader = (piece, at, blockSize) => {
  const size = piece.getUint32(at + HEADER + 12, true);
  const blocks = blocksOf(size, blockSize, piece.getUint32(at + HEADER + 4, true));
  return { content: size, length: HEADER + 16 + 4 * blocks };
};

const longFile: Reader = (piece, at, blockSize) => {
  const size = Number(piece.getBigUint64(at + HEADER + 8, true));
  const holes = Number(piece.getBigUint64(at + HEADER + 16, true));
  const blocks = blocksOf(size, blockSize, piece.getUint32(at + HEADER + 28, true));
  return { content: Math.max(0, size - holes), length: HEADER + 40 + 4 * blocks };
};

const directory: Reader = (piece, at) => ({
  content: Math.max(1, piece.getUint16(at + HEADER + 8, true)),
  length: HEADER + 16,
});

const longDirectory: Reader = (piece, at) => {
  const entries = piece.getUint16(at + HEADER + 16, true);
  let length = HEADER + 24;
  for (let index = 0; index < entries; index += 1) {
    if (at + length + 12 > piece.byteLength) return undefined;
    const name = piece.getUint32(at + length + 8, true) + 1;
    if (name > LONGEST_NAME) throw new RangeError('no file has so long a name');
    length += 12 + name;
  }
  return { content: Math.max(1, piece.getUint32(at + HEADER + 4, true)), length };
};

/** By type; from 8 on the long forms, with attributes. */
const READERS: Readonly<Record<number, Reader>> = {
  1: directory,
  2: file,
  3: link(0),
  4: fixed(HEADER + 8),
  5: fixed(HEADER + 8),
  6: fixed(HEADER + 4),
  7: fixed(HEADER + 4),
  8: longDirectory,
  9: longFile,
  10: link(4),
  11: fixed(HEADER + 12),
  12: fixed(HEADER + 12),
  13: fixed(HEADER + 8),
  14: fixed(HEADER + 8),
};

/** The end of a file may lie in a fragment, which is not in the file's own list of blocks. */
function blocksOf(size: number, blockSize: number, fragment: number): number {
  return fragment === NO_FRAGMENT ? Math.ceil(size / blockSize) : Math.floor(size / blockSize);
}
