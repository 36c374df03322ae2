// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import fc from 'fast-check';
import { expect, it } from 'vitest';

import { LONGEST_WAIT_MS } from '@ims/testing';
import { BACKOFF, backoffMs } from '../src/index.ts';

it('a wait is doubled after each failure, up to the longest', () => {
  const waits = [1, 2, 3, 7, 1000].map((failures) => backoffMs({ failures, random: 1 }));
  expect(waits).toEqual([500, 1000, 2000, 30_000, 30_000]);
});

it('H46 waits are spread over their upper half', () => {
  expect(backoffMs({ failures: 3, random: 0 })).toBe(1000);
});

it.each([
  [45_000, 45_000],
  [86_400_000, 120_000],
])('a server that asks for %i ms gets %i', (askedMs, ms) => {
  expect(backoffMs({ failures: 1, askedMs, random: 0 })).toBe(ms);
});

it('no server makes a wait shorter than without it, nor longer than two minutes and a bit', () => {
  const failed = { failures: fc.integer({ min: 1, max: 2000 }), askedMs: fc.double({ noNaN: true }) };
  fc.assert(
    fc.property(fc.record({ ...failed, random: fc.double({ min: 0, max: 1, noNaN: true }) }), (given) => {
      const ms = backoffMs(given);
      expect(ms).toBeGreaterThanOrEqual(BACKOFF.firstMs / 2);
      expect(ms).toBeLessThanOrEqual(LONGEST_WAIT_MS);
    }),
  );
});
