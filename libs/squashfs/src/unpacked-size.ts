// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { open, type FileHandle } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import { inflateSync, zstdDecompressSync } from 'node:zlib';

import { Failure } from '@ims/runtime';
import { LONGEST_START, readInode } from './inodes.ts';
import { SUPERBLOCK_BYTES, type Superblock } from './superblock.ts';

/** What an archive takes unpacked. */
export interface UnpackedSize {
  /** Of the files' content on disk: whole blocks, without holes. */
  readonly bytes: number;
  readonly inodes: number;
  /** False when the bytes are a lower bound. */
  readonly isExact: boolean;
}

/** Metadata is packed in pieces of this size (Linux, `fs/squashfs/squashfs_fs.h`). */
const PIECE = 8192;

/** At most: a superblock says what it likes, and no compressor keeps larger notes. */
const COMPRESSOR_NOTES = PIECE + 2;

const UNCOMPRESSED = 0x8000;

/** After so many pieces others have their turn: an archive that was made to harm packs gigabytes into little. */
const PIECES_A_TURN = 64;

/** What Node can unpack itself. */
const DECOMPRESSORS: Readonly<Record<string, (bytes: Uint8Array) => Buffer>> = {
  gzip: (bytes) => inflateSync(bytes, { maxOutputLength: PIECE }),
  zstd: (bytes) => zstdDecompressSync(bytes, { maxOutputLength: PIECE }),
};

/**
 * What the superblock alone tells. Its files take at least the room of their packed blocks, since a block that does
 * not shrink is kept as it is, and one that two files share is unpacked twice.
 */
export function leastUnpackedSize(superblock: Superblock): UnpackedSize {
  const bytes = Math.max(0, superblock.inodeTable - SUPERBLOCK_BYTES - COMPRESSOR_NOTES);
  return { bytes, inodes: superblock.inodes, isExact: false };
}

/**
 * Adds up the inodes of an archive. `unsquashfs -lln` would read the directories too, decide nothing about holes and
 * take some ten times as long. With a compression that Node does not have, the superblock must do.
 *
 * @param blockBytes the block size of the file system that is unpacked to
 * @throws Failure ConfigurationInvalid when the table of inodes is damaged
 */
export async function unpackedSize(archive: string, superblock: Superblock, blockBytes: number): Promise<UnpackedSize> {
  const decompress = DECOMPRESSORS[superblock.compression];
  if (decompress === undefined) return leastUnpackedSize(superblock);
  await using file = await open(archive, 'r');
  try {
    const bytes = await sumOf(piecesOf(file, superblock, decompress), superblock, blockBytes);
    return { bytes, inodes: superblock.inodes, isExact: true };
  } catch (error) {
    const message = `${archive} is damaged: its table of inodes cannot be read`;
    throw new Failure('ConfigurationInvalid', message, { advice: 'make the archive again', cause: error });
  }
}

async function sumOf(pieces: AsyncIterable<Buffer>, superblock: Superblock, blockBytes: number): Promise<number> {
  const { inodes, blockSize } = superblock;
  let [seen, sum, skip] = [0, 0, 0];
  let rest: Buffer = Buffer.alloc(0);
  // An inode is only read with what decides its length at hand, or when nothing more comes; false when one goes on.
  const take = (reach: number): boolean => {
    let isWhole = true;
    const view = new DataView(rest.buffer, rest.byteOffset, rest.length);
    while (seen < inodes && rest.length >= skip + reach) {
      const inode = readInode(view, skip, blockSize);
      isWhole = inode !== undefined;
      if (inode === undefined) break;
      sum += Math.ceil(inode.content / blockBytes) * blockBytes;
      skip += inode.length;
      seen += 1;
    }
    const gone = Math.min(skip, rest.length);
    rest = rest.subarray(gone);
    skip -= gone;
    return isWhole;
  };
  let more: Buffer[] = [];
  let [gathered, least, turn] = [0, 0, 0];
  for await (const piece of pieces) {
    more.push(piece);
    gathered += piece.length;
    turn += 1;
    if (turn % PIECES_A_TURN === 0) await setImmediate();
    // An inode of megabytes is looked at again when it has doubled, not for each of its pieces.
    if (rest.length + gathered < least) continue;
    rest = Buffer.concat([rest, ...more]);
    [more, gathered] = [[], 0];
    least = take(LONGEST_START) ? 0 : 2 * rest.length;
  }
  rest = Buffer.concat([rest, ...more]);
  take(1);
  if (seen !== inodes) throw new Error(`${String(seen)} inodes instead of ${String(inodes)}`);
  return sum;
}

/** The pieces of the table of inodes: two bytes of length, the highest bit of which says that it is not packed. */
async function* piecesOf(
  file: FileHandle,
  superblock: Superblock,
  decompress: (bytes: Uint8Array) => Buffer,
): AsyncGenerator<Buffer, void> {
  const { inodeTable, directoryTable } = superblock;
  let rest: Buffer = Buffer.alloc(0);
  for (let offset = inodeTable; offset < directoryTable;) {
    const wanted = Math.min(1024 * 1024, directoryTable - offset);
    const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(wanted), 0, wanted, offset);
    if (bytesRead === 0) throw new Error('the archive ends within its inodes');
    offset += bytesRead;
    rest = Buffer.concat([rest, buffer.subarray(0, bytesRead)]);
    for (;;) {
      const length = rest.length < 2 ? Number.POSITIVE_INFINITY : rest.readUInt16LE(0) & ~UNCOMPRESSED;
      if (rest.length < 2 + length) break;
      const packed = rest.subarray(2, 2 + length);
      yield (rest.readUInt16LE(0) & UNCOMPRESSED) === 0 ? decompress(packed) : packed;
      rest = rest.subarray(2 + length);
    }
  }
}
