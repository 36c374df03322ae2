// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { Failure } from '@ims/runtime';

/** Bytes of a squashfs 4.0 superblock. */
export const SUPERBLOCK_BYTES = 96;

/** What the superblock tells of an archive (Linux, `fs/squashfs/squashfs_fs.h`). */
export interface Superblock {
  readonly inodes: number;
  /** When it was made, seconds since 1970. */
  readonly createdSeconds: number;
  /** Bytes in a data block. */
  readonly blockSize: number;
  readonly compression: string;
  /** Bytes of the archive without the padding after them. */
  readonly bytesUsed: number;
  /** Where the inodes begin: before them lies the data of all files. */
  readonly inodeTable: number;
  /** Where the inodes end and the directories begin. */
  readonly directoryTable: number;
}

const MAGIC = 0x73717368;
const COMPRESSIONS = new Map([
  [1, 'gzip'],
  [2, 'lzma'],
  [3, 'lzo'],
  [4, 'xz'],
  [5, 'lz4'],
  [6, 'zstd'],
]);

/**
 * Reads a superblock; `what` names the file in errors.
 *
 * @throws Failure ConfigurationInvalid when the bytes are no squashfs 4.0
 */
export function parseSuperblock(bytes: Uint8Array, what: string): Superblock {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.byteLength < SUPERBLOCK_BYTES || view.getUint32(0, true) !== MAGIC) {
    throw invalid(`${what} is no squashfs archive`);
  }
  const [major, minor] = [view.getUint16(28, true), view.getUint16(30, true)];
  if (major !== 4 || minor !== 0) {
    throw invalid(`${what} is a squashfs ${String(major)}.${String(minor)}, only 4.0 can be read`);
  }
  const compressor = view.getUint16(20, true);
  const offsetAt = (position: number): number => Number(view.getBigUint64(position, true));
  const [bytesUsed, inodeTable, directoryTable] = [offsetAt(40), offsetAt(64), offsetAt(72)];
  if (!isOrdered([SUPERBLOCK_BYTES, inodeTable, directoryTable, bytesUsed, Number.MAX_SAFE_INTEGER])) {
    throw invalid(`${what} has a superblock that makes no sense`);
  }
  return {
    inodes: view.getUint32(4, true),
    createdSeconds: view.getUint32(8, true),
    blockSize: view.getUint32(12, true),
    compression: COMPRESSIONS.get(compressor) ?? `unknown (${String(compressor)})`,
    bytesUsed,
    inodeTable,
    directoryTable,
  };
}

function isOrdered(offsets: readonly number[]): boolean {
  return offsets.every((offset, index) => index === 0 || offset >= (offsets[index - 1] ?? 0));
}

function invalid(message: string): Failure {
  return new Failure('ConfigurationInvalid', message, {
    advice: 'give a squashfs image made by mksquashfs 4 or later',
  });
}
