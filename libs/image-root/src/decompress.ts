// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { Readable } from 'node:stream';
import { createGunzip, createZstdDecompress } from 'node:zlib';

/** Decompresses a stream. Whoever stops reading ends it. */
export type Decompress = (packed: AsyncIterable<Uint8Array>) => AsyncIterable<Uint8Array>;

/** The compressions that a kernel or an initrd may have, by their names in messages. */
export type PackedBy = 'gzip' | 'zstd' | 'xz' | 'lz4' | 'bzip2' | 'lzma' | 'lzop';

/** How each is undone; what is left out cannot be read here. Node itself has gzip and zstd. */
export type Decompressors = Readonly<Partial<Record<PackedBy, Decompress>>>;

const MAGICS: readonly (readonly [string, PackedBy])[] = [
  ['1f8b', 'gzip'],
  ['28b52ffd', 'zstd'],
  ['fd377a585a00', 'xz'],
  ['02214c18', 'lz4'],
  ['04224d18', 'lz4'],
  ['425a68', 'bzip2'],
  ['5d0000', 'lzma'],
  ['894c5a4f', 'lzop'],
];

/** Bytes that tell every compression. */
export const MAGIC_BYTES = 6;

/** What data is packed by, from its first {@link MAGIC_BYTES}. */
export function packedBy(head: Uint8Array): PackedBy | undefined {
  const hex = Buffer.from(head).toString('hex');
  return MAGICS.find(([magic]) => hex.startsWith(magic))?.[1];
}

/** What Node can do itself. */
export const OWN_DECOMPRESSORS: Decompressors = {
  gzip: (packed) => through(packed, createGunzip()),
  zstd: (packed) => through(packed, createZstdDecompress()),
};

async function* through(packed: AsyncIterable<Uint8Array>, unpack: NodeJS.ReadWriteStream): AsyncGenerator<Uint8Array> {
  const source = Readable.from(packed, { objectMode: false });
  // A fault of the source ends the reader as well; `pipe` alone would leave it waiting.
  const unpacked = source.on('error', (error) => (unpack as unknown as Readable).destroy(error)).pipe(unpack);
  try {
    for await (const chunk of unpacked) yield chunk as Uint8Array;
  } finally {
    source.destroy();
    (unpack as unknown as Readable).destroy();
  }
}
