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
  ['1e9', undefined],
  ['2100', 2_100_000],
  ['March 7', undefined],
  ['soon', undefined],
  ['', undefined],
  [undefined, undefined],
])('Retry-After: %s asks for %s ms', (header, ms) => {
  expect(retryAfterOf({ 'retry-after': header }, NOW)).toBe(ms);
});

it.each([
  ['behind', 'Sun, 22 Nov 2026 05:40:11 GMT', 'Sun, 22 Nov 2026 05:40:14 GMT'],
  ['ahead', 'Tue, 24 Nov 2026 05:40:11 GMT', 'Tue, 24 Nov 2026 05:40:14 GMT'],
])('a date counts from the date of its answer, for a server whose clock is %s', (_, date, header) => {
  expect(retryAfterOf({ date, 'retry-after': header }, NOW)).toBe(3000);
});

it('a date counts from our clock where the answer has none that can be read', () => {
  expect(retryAfterOf({ date: 'today', 'retry-after': 'Mon, 23 Nov 2026 05:40:21 GMT' }, NOW)).toBe(10_000);
});
