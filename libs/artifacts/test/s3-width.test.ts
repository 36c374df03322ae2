// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { createFlow } from '../src/s3/flow.ts';
import { afterGeneration, afterSlowDown, beginWidth, type Width } from '../src/s3/width.ts';
import { never } from './sources.ts';

const BOUNDS = { begin: 3, most: 16 };

/** The widths through which a network goes that has this throughput for so many parts. */
function widthsOf(rateOf: (parts: number) => number, generations: number, begin: Width = beginWidth(BOUNDS)): number[] {
  const widths: number[] = [];
  for (let width = begin; widths.length < generations;) {
    width = afterGeneration(width, rateOf(width.parts), BOUNDS);
    widths.push(width.parts);
  }
  return widths;
}

describe('the number of parts on their way', () => {
  it('is doubled while throughput grows with it', () => {
    expect(widthsOf((parts) => parts * 80, 5)).toEqual([6, 12, 16, 16, 16]);
  });

  it('goes back to what it was where more make nothing faster, and is tried again later', () => {
    const widths = widthsOf(() => 300, 40);
    expect(widths.slice(0, 4)).toEqual([6, 3, 3, 3]);
    expect(widths.filter((parts) => parts === 6).length).toBe(3);
  });

  it('grows as far as throughput does', () => {
    expect(widthsOf((parts) => Math.min(parts, 7) * 80, 5)).toEqual([6, 12, 16, 12, 12]);
  });

  it('is halved when the service says that it is asked too much, and then rests', () => {
    const wide: Width = { parts: 16, before: 16, mode: 'settled', best: 900, rest: 3 };
    const slowed = afterSlowDown(wide);
    expect(slowed.parts).toBe(8);
    expect(new Set(widthsOf(() => 900, 15, slowed))).toEqual(new Set([8]));
    expect([1, 2, 3].reduce<Width>(afterSlowDown, slowed).parts).toBe(1);
  });

  it('never leaves its bounds, whatever happens', () => {
    const events = fc.array(fc.oneof(fc.constant('slow' as const), fc.double({ min: 0, max: 1e9, noNaN: true })));
    fc.assert(
      fc.property(events, (happened) => {
        let width = beginWidth(BOUNDS);
        for (const event of happened) {
          width = event === 'slow' ? afterSlowDown(width) : afterGeneration(width, event, BOUNDS);
          expect(width.parts).toBeGreaterThanOrEqual(1);
          expect(width.parts).toBeLessThanOrEqual(BOUNDS.most);
        }
      }),
    );
  });
});

/** A clock that stands, a flow, and steps that are in it until a test lets them out. */
function held() {
  const time = { ms: 0 };
  const flow = createFlow({ begin: 2, most: 8 }, { monotonic: () => time.ms });
  const inside: (() => void)[] = [];
  const enter = (): Promise<void> =>
    flow.within(never, async () => {
      await new Promise<void>((resolve) => inside.push(resolve));
    });
  return { time, flow, inside, enter };
}

describe('a flow', () => {
  it('lets in as many as its width, and more when that has grown', async () => {
    const { time, flow, inside, enter } = held();
    const all = Array.from({ length: 6 }, enter);
    await new Promise(setImmediate);
    expect(inside).toHaveLength(2);
    time.ms = 10;
    flow.arrived(1000);
    flow.arrived(1000);
    await new Promise(setImmediate);
    expect([flow.width, inside.length]).toEqual([4, 4]);
    while (inside.length > 0) {
      inside.shift()?.();
      await new Promise(setImmediate);
    }
    await Promise.all(all);
  });

  it('is narrowed once by all that was on its way when the service said so', () => {
    const { time, flow } = held();
    const narrower = [flow.attempt(), flow.attempt()];
    time.ms = 5;
    for (const slowDown of narrower) slowDown();
    expect(flow.width).toBe(1);
    const later = createFlow({ begin: 8, most: 8 }, { monotonic: () => time.ms });
    const [one, other] = [later.attempt(), later.attempt()];
    time.ms = 6;
    one();
    other();
    expect(later.width).toBe(4);
    later.attempt()();
    expect(later.width).toBe(2);
  });

  it('is left by a step that fails, and not entered when the job is over', async () => {
    const { flow } = held();
    const broken = new Error('broken');
    await expect(flow.within(never, async () => await Promise.reject(broken))).rejects.toBe(broken);
    const over = new Error('over');
    await expect(flow.within(AbortSignal.abort(over), async () => await Promise.resolve())).rejects.toBe(over);
    expect(await flow.within(never, async () => await Promise.resolve('in'))).toBe('in');
  });
});
