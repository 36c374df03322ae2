// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import fc from 'fast-check';
import { expect, it } from 'vitest';

import { parseDuration } from '../src/duration.ts';

it.each([
  ['500ms', 500],
  ['60s', 60_000],
  ['60', 60_000],
  ['1.5h', 5_400_000],
  [' 5m ', 300_000],
  ['0s', 0],
])('%s is %d ms', (text, ms) => {
  expect(parseDuration(text)).toBe(ms);
});

it.each(['', 's', '-1s', '1d', '1 s', '1e3', 'NaN', '600h'])('%j is no duration', (text) => {
  expect(parseDuration(text)).toBeUndefined();
});

it('whatever the text, the result is a time that a timer can wait', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const ms = parseDuration(text) ?? 0;
      expect(Number.isInteger(ms) && ms >= 0 && ms < 2 ** 31).toBe(true);
    }),
  );
});
