// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { matching, type Parser } from './parsers.ts';

/** How the root is compressed, as a site asks for it. */
export interface CompressionChoice {
  readonly name: 'auto' | 'zstd' | 'gzip' | 'xz' | 'lz4';
  /** mksquashfs's `-Xcompression-level`; the pair's own choice when nothing was said. */
  readonly level: number | undefined;
}

/** The highest level of each compressor that has levels (mksquashfs(1)); `auto` has none, being either of the two. */
const HIGHEST_LEVEL: Readonly<Record<CompressionChoice['name'], number>> = {
  auto: 0,
  zstd: 22,
  gzip: 9,
  xz: 0,
  lz4: 0,
};

/** A compressor of mksquashfs, with its level after a colon where it has levels. */
export const compression: Parser<CompressionChoice> = matching(
  '`auto`, `zstd`, `gzip`, `xz`, `lz4`, or a level as well: `zstd:1` to `zstd:22`, `gzip:1` to `gzip:9`',
  (text) => {
    const [, word, level] = /^([a-z0-9]+)(?::([1-9]\d?))?$/.exec(text) ?? [];
    const name = (Object.keys(HIGHEST_LEVEL) as CompressionChoice['name'][]).find((one) => one === word);
    if (name === undefined) return undefined;
    if (level === undefined) return { name, level };
    return Number(level) <= HIGHEST_LEVEL[name] ? { name, level: Number(level) } : undefined;
  },
);

const UNITS: Readonly<Record<string, number>> = { '': 1, k: 1024, m: 1024 ** 2 };
const [LEAST, MOST] = [4096, 1024 ** 2];

/** Bytes in a data block of squashfs: what the format allows, written as mksquashfs takes it. */
export const blockSize: Parser<number> = matching('a power of two from `4K` to `1M`', (text) => {
  const [, digits, unit = ''] = /^(\d{1,7})([km]?)$/i.exec(text) ?? [];
  const bytes = Number(digits) * (UNITS[unit.toLowerCase()] ?? Number.NaN);
  return bytes >= LEAST && bytes <= MOST && Number.isInteger(Math.log2(bytes)) ? bytes : undefined;
});
