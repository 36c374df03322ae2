// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';

import { gathered } from '../src/gathered.ts';

const MIB = 1024 * 1024;

async function* piecesOf(bytes: Uint8Array, size: number, error?: Error): AsyncGenerator<Uint8Array, void> {
  for (let at = 0; at < bytes.byteLength; at += size) yield bytes.subarray(at, at + size);
  if (error !== undefined) throw error;
}

describe('the pieces of a body', () => {
  it.each([
    [0, 65_536, []],
    [1, 65_536, [1]],
    [MIB, 65_536, [MIB]],
    [MIB + 7, 65_537, [15 * 65_537, MIB + 7 - 15 * 65_537]],
    [3 * MIB, 2 * MIB + 1, [2 * MIB + 1, MIB - 1]],
  ])('of %i bytes that come %i at a time are given in pieces of %j', async (length, size, sizes) => {
    const bytes = randomBytes(length);
    // Copied at once: the memory is used again.
    const given = await Array.fromAsync(gathered(piecesOf(bytes, size)), (piece) => Buffer.from(piece));
    expect(given.map(({ byteLength }) => byteLength)).toEqual(sizes);
    expect(Buffer.concat(given).equals(bytes)).toBe(true);
  });

  it('are given as far as they have come before a failure is passed on', async () => {
    const bytes = randomBytes(MIB + 100);
    const given: Buffer[] = [];
    const reading = async (): Promise<void> => {
      for await (const piece of gathered(piecesOf(bytes, 65_536, new Error('cut')))) given.push(Buffer.from(piece));
    };
    await expect(reading()).rejects.toThrow('cut');
    expect(Buffer.concat(given).equals(bytes)).toBe(true);
  });

  it('end with their reader, and so does what they come from', async () => {
    let ended = false;
    const body = async function* (): AsyncGenerator<Uint8Array, void> {
      try {
        for (;;) yield randomBytes(MIB);
      } finally {
        ended = true;
      }
    };
    for await (const piece of gathered(body())) if (piece.byteLength > 0) break;
    expect(ended).toBe(true);
  });
});
