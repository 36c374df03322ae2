// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

export { packArguments, unpackArguments, type PackRequest, type UnpackRequest } from './arguments.ts';
export {
  chooseCompression,
  describeCompression,
  type Compression,
  type CompressionChoice,
  type CompressorName,
  type KernelSupport,
} from './compression.ts';
export { createPacker, PACKING_MARGIN, type PackerOptions } from './packer.ts';
export { readResources, type ResourceOptions } from './read-resources.ts';
export { readSuperblock } from './read-superblock.ts';
export { decideResources, type Capacity, type Limit, type Resources } from './resources.ts';
export type { FreeSpace } from './space-watch.ts';
export { parseSuperblock, SUPERBLOCK_BYTES, type Superblock } from './superblock.ts';
export { unpack, type UnpackOptions } from './unpack.ts';
export { unpackedSize, type UnpackedSize } from './unpacked-size.ts';
export { createUnpacker, type UnpackerOptions } from './unpacker.ts';
