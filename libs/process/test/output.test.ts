// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { createEnds, createLineSplitter, createTail, KEPT_BYTES } from '../src/output.ts';

const cut = (bytes: Buffer, sizes: readonly number[]): Buffer[] => {
  const chunks: Buffer[] = [];
  let at = 0;
  for (const size of sizes) {
    chunks.push(bytes.subarray(at, at + size));
    at += size;
  }
  return [...chunks, bytes.subarray(at)];
};

const linesOf = (chunks: readonly Buffer[]): string[] => {
  const lines: string[] = [];
  const splitter = createLineSplitter((line) => lines.push(line));
  chunks.forEach((chunk) => {
    splitter.write(chunk);
  });
  splitter.end();
  return lines;
};

describe('lines', () => {
  it('are the same however the bytes are cut into chunks', () => {
    const piece = fc.constantFrom('a', 'é', '🜂', '\r', '\n', '\r\n');
    fc.assert(
      fc.property(fc.array(piece), fc.array(fc.nat(4)), (pieces, sizes) => {
        const text = pieces.join('');
        const whole = text.split(/\r\n|\r|\n/);
        if (whole.at(-1) === '') whole.pop();
        expect(linesOf(cut(Buffer.from(text), sizes))).toEqual(whole);
      }),
    );
  });

  it('that never end are cut', () => {
    expect(linesOf([Buffer.alloc(200_000, 'x')]).map((line) => line.length)).toEqual([65536, 65536, 65536, 3392]);
  });
});

describe('the tail', () => {
  it('is the end of what was written, whatever the chunks', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(100_000), { maxLength: 8 }), (sizes) => {
        const tail = createTail();
        const all = Buffer.alloc(sizes.reduce((a, b) => a + b, 0));
        for (let i = 0; i < all.length; i++) all[i] = 32 + (i % 90);
        cut(all, sizes).forEach((chunk) => {
          tail.write(chunk);
        });
        expect(tail.text()).toBe(all.subarray(-KEPT_BYTES).toString());
      }),
      { numRuns: 30 },
    );
  });

  it('of an error output has its first lines too, where the cause is told', () => {
    const ends = createEnds();
    ends.write(Buffer.from('the cause\n'));
    for (let line = 0; line < 10_000; line += 1) ends.write(Buffer.from(`consequence ${String(line)}\n`));
    const lines = ends.text().split('\n');
    expect(lines[0]).toBe('the cause');
    expect(lines).toContain('…');
    expect(lines.at(-2)).toBe('consequence 9999');
    expect(ends.text().length).toBeLessThan(KEPT_BYTES + 5000);
  });

  it('of a short error output is all of it', () => {
    const ends = createEnds();
    ends.write(Buffer.from('one\ntwo'));
    expect(ends.text()).toBe('one\ntwo');
  });
});
