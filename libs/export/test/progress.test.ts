// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { createFakeClock, recordingLogger } from '@ims/testing';
import { describe, expect, it } from 'vitest';

import { progressTeller, transferTeller } from '../src/progress.ts';
import { progressText, type Reading } from '../src/progress-text.ts';
import { createRate } from '../src/rate.ts';

const MEGA = 1e6;

describe('progress for a person', () => {
  it.each<[string, Reading]>([
    ['rootfs 61% 88.2/143.2 MB 95 MB/s 0:01 left', reading(88.2 * MEGA, 143.2 * MEGA, 95 * MEGA)],
    ['rootfs 0% 0.0/5.0 TB 1.2 GB/s 1:09:27 left', reading(0, 5e12, 1.2e9)],
    ['rootfs 50% 1.0/2.0 GB', reading(1e9, 2e9, undefined)],
    ['rootfs 50% 1.0/2.0 GB 0.0 B/s', reading(1e9, 2e9, 0)],
    ['rootfs 50% 0.5/1.0 kB 500 B/s 0:01 left', reading(500, 1000, 500)],
    ['rootfs 100% 2.0/2.0 GB 100 MB/s', reading(2e9, 2e9, 100 * MEGA)],
    ['rootfs 100% 0.0/0.0 B', reading(0, 0, undefined)],
  ])('reads %s', (text, given) => {
    expect(progressText(given)).toBe(text);
  });
});

function reading(done: number, total: number, perSecond: number | undefined): Reading {
  return { what: 'rootfs', done, total, perSecond };
}

describe('a rate', () => {
  it('is not known from one sample, and is that of the last ten seconds', () => {
    const rate = createRate();
    expect(rate(0, 1000)).toBeUndefined();
    expect(rate(1000, 3000)).toBe(2000);
    for (let at = 2000; at <= 30_000; at += 1000) rate(at, 3000);
    expect(rate(31_000, 3000)).toBe(0);
  });

  it('does not count what was done before it began, and never is negative', () => {
    const rate = createRate();
    rate(0, 5 * MEGA);
    expect(rate(1000, 6 * MEGA)).toBe(MEGA);
    expect(rate(2000, 0)).toBe(0);
  });
});

describe('the telling of progress', () => {
  const audience = () => {
    const told: string[] = [];
    const clock = createFakeClock();
    const reporter = {
      report: () => undefined,
      progress: (text: string) => void told.push(text),
      flush: async () => undefined,
    };
    return { told, clock, logger: recordingLogger(), reporter };
  };

  it('is one line for transfers side by side, named after those that still run', async () => {
    const parts = audience();
    const tell = transferTeller(parts, [
      { name: 'rootfs', size: 90 * MEGA },
      { name: 'kernel', size: 10 * MEGA },
    ]);
    tell('rootfs')(20 * MEGA, 90 * MEGA);
    await parts.clock.advance(1000);
    tell('kernel')(10 * MEGA, 10 * MEGA);
    await parts.clock.advance(1000);
    tell('rootfs')(90 * MEGA, 90 * MEGA);
    expect(parts.told).toEqual([
      'rootfs, kernel 20% 20.0/100.0 MB',
      'rootfs 30% 30.0/100.0 MB 10 MB/s 0:07 left',
      'all artifacts 100% 100.0/100.0 MB 40 MB/s',
    ]);
  });

  it('is seldom, and the end is told once', async () => {
    const parts = audience();
    const tell = progressTeller(parts, 'packing');
    for (let done = 1; done < 100; done += 1) tell(done, 100);
    tell(100, 100);
    tell(100, 100);
    expect(parts.told).toEqual(['packing 1% 1.0/100.0 B', 'packing 100% 100.0/100.0 B']);
    expect(parts.logger.entries[0]?.fields).toEqual({ progress: { what: 'packing', done: 1, total: 100 } });
  });
});
