// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { describe, expect, it } from 'vitest';

import { judge, median, percentile, type Measured } from '../src/figure.ts';
import { tableOf } from '../src/table.ts';

const packing: Measured = {
  name: 'packing',
  value: 2.2,
  unit: 's',
  samples: 7,
  floor: { name: 'bare', value: 2 },
  target: { kind: 'at most', value: 1.1, of: 'ratio' },
};

describe('a percentile', () => {
  it('is a sample that was measured, by the nearest rank', () => {
    const samples = Array.from({ length: 200 }, (_, at) => at + 1).reverse();
    expect([median(samples), percentile(samples, 0.99), percentile(samples, 1)]).toEqual([100, 198, 200]);
  });

  it('of nothing is refused', () => {
    expect(() => median([])).toThrow('nothing was measured');
  });
});

describe('a figure', () => {
  it('is met when its ratio is at most what was promised', () => {
    expect(judge(packing)).toMatchObject({ ratio: 1.1, met: true });
    expect(judge({ ...packing, value: 2.3 })).toMatchObject({ met: false });
  });

  it('that shall be at least something is not met below it', () => {
    const target = { kind: 'at least', value: 8, of: 'ratio' } as const;
    expect(judge({ ...packing, value: 15, target })).toMatchObject({ met: false });
    expect(judge({ ...packing, value: 16, target })).toMatchObject({ met: true });
  });

  it('is never met by a ratio to a floor of nothing', () => {
    expect(judge({ ...packing, floor: { name: 'bare', value: 0 } })).toMatchObject({ ratio: undefined, met: false });
  });

  it('is neither met nor missed without a target', () => {
    expect(judge({ name: 'packing', value: 2, unit: 's', samples: 1 }).met).toBeUndefined();
  });

  it('that misses its target stands out in the table', () => {
    const [, , met, missed] = tableOf([judge(packing), judge({ ...packing, value: 3 })]).split('\n');
    expect(met).toContain('| yes |');
    expect(missed).toMatch(/3\.00 s .* 2\.00 s: bare .* 1\.50 × .* ≤ 1\.1 × .* NO /);
  });
});
