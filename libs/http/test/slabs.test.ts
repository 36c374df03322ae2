// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { describe, expect, it } from 'vitest';

import { createSlabs, type Slabs } from '../src/slabs.ts';

/** What the system does: it writes into the room that it was given last. */
function arrive(slabs: Slabs, room: Uint8Array, text: string): boolean {
  const bytes = Buffer.from(text);
  room.set(bytes);
  return slabs.fill(room.subarray(0, bytes.byteLength));
}

const textOf = (bytes: Uint8Array | undefined): string | undefined =>
  bytes === undefined ? undefined : Buffer.from(bytes).toString();

describe('two buffers that are used again', () => {
  it('give what has arrived, as much at once as there is, and then the end', async () => {
    const slabs = createSlabs();
    expect(arrive(slabs, slabs.room(), 'one ')).toBe(true);
    expect(arrive(slabs, slabs.room(), 'two')).toBe(true);
    slabs.end();
    expect(textOf(await slabs.next())).toBe('one two');
    expect(await slabs.next()).toBeUndefined();
  });

  it('give to a reader that waits at once, and tell it of the end', async () => {
    const slabs = createSlabs();
    const first = slabs.next();
    arrive(slabs, slabs.room(), 'one');
    expect(textOf(await first)).toBe('one');
    const second = slabs.next();
    slabs.end();
    expect(await second).toBeUndefined();
  });

  it('leave alone what the reader has, also when more arrives in the room behind it', async () => {
    const slabs = createSlabs();
    arrive(slabs, slabs.room(), 'one');
    const givenBefore = slabs.room();
    const read = await slabs.next();
    arrive(slabs, givenBefore, 'two');
    arrive(slabs, slabs.room(), 'three');
    expect(textOf(read)).toBe('one');
    expect(textOf(await slabs.next())).toBe('twothree');
  });

  it('ask for no more when they are full, still take what comes, and tell when there is room', async () => {
    const slabs = createSlabs();
    let hasRoom = 0;
    slabs.onRoom(() => {
      hasRoom += 1;
    });
    const whole = slabs.room().byteLength;
    expect(slabs.fill(slabs.room())).toBe(false);
    const spare = slabs.room();
    expect(spare.byteLength).toBeGreaterThanOrEqual(64 * 1024);
    expect(arrive(slabs, spare, 'late')).toBe(false);
    expect(hasRoom).toBe(0);
    const read = await slabs.next();
    expect(read?.byteLength).toBe(whole + 'late'.length);
    expect(textOf(read?.subarray(whole))).toBe('late');
    expect(hasRoom).toBe(1);
    expect(arrive(slabs, slabs.room(), 'again')).toBe(true);
    expect(textOf(await slabs.next())).toBe('again');
  });
});
