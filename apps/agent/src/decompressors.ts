// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { Decompress, Decompressors } from '@ims/image-root';
import { filterBytes } from '@ims/process';

const by =
  (program: string, ...args: readonly string[]): Decompress =>
  (packed) =>
    filterBytes({ program, args }, packed);

/** What Node cannot unpack itself, by the programs for it; one that is not installed leaves an initrd unchecked. */
export const DECOMPRESSORS: Decompressors = {
  xz: by('xz', '--decompress', '--stdout', '--memlimit-decompress=128MiB'),
  lzma: by('xz', '--format=lzma', '--decompress', '--stdout', '--memlimit-decompress=128MiB'),
  lz4: by('lz4', '-dc'),
  bzip2: by('bzip2', '-dc'),
};
