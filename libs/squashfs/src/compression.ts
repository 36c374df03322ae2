// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

/** A compressor of mksquashfs that every kernel of the last decade can be built to read. */
export type CompressorName = 'zstd' | 'gzip' | 'xz' | 'lz4';

/** What `IMS_SQUASHFS_COMPRESSION` and `IMS_SQUASHFS_BLOCK_SIZE` ask for. */
export interface CompressionChoice {
  readonly name: 'auto' | CompressorName;
  /** Of a compressor that was named; what is usual for it when nothing was said. */
  readonly level?: number | undefined;
  /** Bytes in a data block, a power of two of at most 1 MiB. */
  readonly blockSize: number;
}

/** How an image is compressed, and why. */
export interface Compression {
  readonly name: CompressorName;
  /** mksquashfs's option `-Xcompression-level`; its own default when undefined. */
  readonly level: number | undefined;
  /** Bytes in a data block. */
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

/** The level of each compressor when none was asked for; measured in docs/adr/0005-squashfs-compression.md. */
const USUAL_LEVEL: Readonly<Record<CompressorName, number | undefined>> = {
  zstd: 9,
  gzip: undefined,
  xz: undefined,
  lz4: undefined,
};

/**
 * Decides how to compress. `auto` is zstd when the image's kernel can mount it, since an image that its own kernel
 * cannot read does not boot; else gzip with mksquashfs's defaults, as the pair has always packed (reference §5).
 */
export function chooseCompression(choice: CompressionChoice, kernel: KernelSupport): Compression {
  const [name, why] =
    choice.name === 'auto'
      ? ([kernel.readsZstd ? 'zstd' : 'gzip', kernel.why] as const)
      : ([choice.name, 'asked for by IMS_SQUASHFS_COMPRESSION'] as const);
  return { name, level: choice.level ?? USUAL_LEVEL[name], blockSize: choice.blockSize, why };
}

/** The choice in words: `zstd level 9, 128 KiB blocks: the kernel …`. */
export function describeCompression(compression: Compression): string {
  const { name, level, blockSize, why } = compression;
  const size = blockSize >= MIB ? `${String(blockSize / MIB)} MiB` : `${String(blockSize / KIB)} KiB`;
  return `${name}${level === undefined ? '' : ` level ${String(level)}`}, ${size} blocks: ${why}`;
}
