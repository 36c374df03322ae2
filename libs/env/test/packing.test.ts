// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { describe, expect, it } from 'vitest';

import { blockSize, compression } from '../src/index.ts';

const LONG = '9'.repeat(64 * 1024);

describe('a compression', () => {
  it.each([
    ['auto', { name: 'auto', level: undefined }],
    ['zstd', { name: 'zstd', level: undefined }],
    ['zstd:1', { name: 'zstd', level: 1 }],
    ['zstd:22', { name: 'zstd', level: 22 }],
    ['gzip:9', { name: 'gzip', level: 9 }],
    ['xz', { name: 'xz', level: undefined }],
    ['lz4', { name: 'lz4', level: undefined }],
  ])('may be %s', (text, value) => {
    expect(compression.parse(text)).toEqual({ ok: true, value });
  });

  it.each(['zstd:0', 'zstd:23', 'zstd:', 'zstd:03', 'zstd:9.5', 'zstd 9', 'gzip:10', 'auto:9', 'xz:6', 'lz4:1'])(
    'has no level that mksquashfs refuses: %s',
    (text) => {
      expect(compression.parse(text)).toEqual({ ok: false, found: JSON.stringify(text) });
    },
  );

  it.each(['ZSTD', 'lzma', '9', ':9', 'zstd\n', 'zstd\0', '/zstd', `zstd:${LONG}`, LONG, 'constructor'])(
    'is refused when it is no compressor of ours (%#)',
    (text) => {
      expect(compression.parse(text).ok).toBe(false);
    },
  );
});

describe('a block size', () => {
  it.each([
    ['4096', 4096],
    ['4K', 4096],
    ['128k', 131072],
    ['131072', 131072],
    ['1M', 1048576],
    ['1048576', 1048576],
    ['1024K', 1048576],
  ])('of %s is %i bytes', (text, value) => {
    expect(blockSize.parse(text)).toEqual({ ok: true, value });
  });

  it.each(['0', '2048', '2K', '2M', '100K', '131073', '-128K', '0.5M', '128KiB', '128 K', 'K', '128K\n', LONG])(
    'is refused when squashfs has none such (%#)',
    (text) => {
      expect(blockSize.parse(text).ok).toBe(false);
    },
  );
});
