// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { expect, it } from 'vitest';

import { retryAfterOf } from '../src/index.ts';

const NOW = Date.parse('2026-11-23T05:40:11Z');

it.each([
  ['2', 2000],
  [' 7 ', 7000],
  ['Mon, 23 Nov 2026 05:40:21 GMT', 10_000],
  ['Mon, 23 Nov 2026 05:40:01 GMT', undefined],
  ['0', undefined],
  ['-3', undefined],
  ['soon', undefined],
  ['', undefined],
  [undefined, undefined],
])('Retry-After: %s asks for %s ms', (header, ms) => {
  expect(retryAfterOf(header, NOW)).toBe(ms);
});
