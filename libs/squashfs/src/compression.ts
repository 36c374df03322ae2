// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

/** What `IMS_SQUASHFS_COMPRESSION` may say. */
export type CompressionChoice = 'auto' | CompressorName;

/** A compressor of mksquashfs that every kernel of the last decade can be built to read. */
export type CompressorName = 'zstd' | 'gzip' | 'xz' | 'lz4';

/** How an image is compressed, and why. */
export interface Compression {
  readonly name: CompressorName;
  /** mksquashfs's option `-Xcompression-level`, where the compressor has one worth naming. */
  readonly level?: number;
  /** Bytes in a data block, a power of two of at most 1 MiB. */
  readonly blockSize: number;
  /** For people: `the kernel of the image has CONFIG_SQUASHFS_ZSTD=y`. */
  readonly why: string;
}

/** What the image's own kernel configuration says; image-root reads it. */
export interface KernelSupport {
  readonly readsZstd: boolean;
  /** The file and line that say so, or what is missing. */
  readonly why: string;
}

const KIB = 1024;
const MIB = 1024 * KIB;

/** Level and block size of each compressor; measured in docs/adr/0005-squashfs-compression.md. */
const SETTINGS: Readonly<Record<CompressorName, Omit<Compression, 'name' | 'why'>>> = {
  zstd: { level: 3, blockSize: MIB },
  gzip: { blockSize: 128 * KIB },
  xz: { blockSize: MIB },
  lz4: { blockSize: 128 * KIB },
};

/**
 * Decides how to compress. `auto` is zstd when the image's kernel can mount it, since an image that its own kernel
 * cannot read does not boot; else gzip with mksquashfs's defaults, as the pair has always packed (contract §5).
 */
export function chooseCompression(choice: CompressionChoice, kernel: KernelSupport): Compression {
  if (choice !== 'auto') return compressionOf(choice, 'asked for by IMS_SQUASHFS_COMPRESSION');
  return compressionOf(kernel.readsZstd ? 'zstd' : 'gzip', kernel.why);
}

function compressionOf(name: CompressorName, why: string): Compression {
  return { name, ...SETTINGS[name], why };
}

/** The choice in words: `zstd level 3, 1 MiB blocks: the kernel …`. */
export function describeCompression(compression: Compression): string {
  const { name, level, blockSize, why } = compression;
  const size = blockSize >= MIB ? `${String(blockSize / MIB)} MiB` : `${String(blockSize / KIB)} KiB`;
  return `${name}${level === undefined ? '' : ` level ${String(level)}`}, ${size} blocks: ${why}`;
}
