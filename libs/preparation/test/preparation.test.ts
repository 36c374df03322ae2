// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { describe, expect, it } from 'vitest';

import { Failure } from '@ims/runtime';

import { exitCodeOf } from '../src/index.ts';
import { bytesText } from '../src/room.ts';
import { transferText } from '../src/transfer.ts';
import { createWorld } from './world.ts';

describe('the story of prepare', () => {
  it('clears, fetches, unpacks beside the image root and moves in, in this order', async () => {
    const world = createWorld();
    expect(await world.run()).toEqual({ phase: 'Prepared' });
    const steps = ['check', 'clear', 'fetch', 'fresh place', 'unpack', 'keep', 'move in', 'discard the image', 'flush'];
    expect(world.done).toEqual(steps);
    expect(world.reports.map(({ phase }) => phase)).toEqual(['Preparing', 'Unpacking', 'Prepared']);
  });

  it('fetches nothing of an image that the agent would refuse in the end', async () => {
    const world = createWorld({ fails: { check: new Failure('ConfigurationInvalid', 'no such file below /boot') } });
    expect(await world.run()).toMatchObject({ phase: 'Failed', reason: 'ConfigurationInvalid' });
    expect(world.done).not.toContain('fetch');
    expect(world.done).not.toContain('clear');
  });

  it('tells the seconds of a phase that is entered twice together', async () => {
    const world = createWorld({ wrong: 1, stepMs: 1000 });
    await world.run();
    // Preparing: checks, clears and fetches, then clears and fetches once more. Unpacking: the rest.
    expect(world.reports.at(-1)?.timings).toEqual({ Preparing: 5, Unpacking: 8 });
  });

  it('keeps the failure itself for the log, with the stack of what was no failure of ours', async () => {
    const broken = new TypeError('Cannot read properties of undefined') as unknown as Failure;
    const world = createWorld({ fails: { unpack: broken } });
    expect(await world.run()).toMatchObject({ phase: 'Failed', reason: 'Defect' });
    const logged = world.logger.entries.find(({ level }) => level === 'error')?.fields['err'];
    expect(logged).toMatchObject({ reason: 'Defect', cause: broken });
  });

  it("does nothing and tells nobody when it had ended well before: the flags are the pair's by now", async () => {
    const world = createWorld({ progress: 'prepared', hasBegun: true });
    expect(await world.run()).toEqual({ phase: 'Prepared' });
    expect(world.done).toEqual(['discard the image']);
    expect(world.reports).toEqual([]);
  });

  it('does not fetch or unpack again what only waits to be moved in', async () => {
    const world = createWorld({ progress: 'unpacked' });
    await world.run();
    expect(world.done).toEqual(['check', 'clear', 'move in', 'discard the image', 'flush']);
  });

  it('unpacks anew what the machine may have lost a part of', async () => {
    const world = createWorld({ progress: 'doubtful' });
    expect(await world.run()).toEqual({ phase: 'Prepared' });
    expect(world.done.slice(1, 5)).toEqual(['clear', 'fetch', 'fresh place', 'unpack']);
  });

  it('neither replaces nor trusts such an image root when a user works in it', async () => {
    const world = createWorld({ progress: 'doubtful', hasBegun: true });
    const last = await world.run();
    expect(last).toMatchObject({ phase: 'Failed', reason: 'ImageInvalid' });
    expect(JSON.stringify(last)).toContain('started anew');
    expect(world.done).not.toContain('clear');
    expect(world.done).not.toContain('move in');
  });

  it('fetches once more what is not the announced image, and keeps nothing of it', async () => {
    const world = createWorld({ wrong: 1 });
    expect(await world.run()).toEqual({ phase: 'Prepared' });
    const once = ['clear', 'fetch', 'fresh place', 'unpack'];
    expect(world.done).toEqual([
      'check',
      ...once,
      'discard the image',
      ...once,
      'keep',
      'move in',
      'discard the image',
      'flush',
    ]);
    const phases = ['Preparing', 'Unpacking', 'Preparing', 'Unpacking', 'Prepared'];
    expect(world.reports.map(({ phase }) => phase)).toEqual(phases);
  });

  it('gives an image up that twice is not the announced one, whatever else is wrong with it', async () => {
    const world = createWorld({ wrong: 2, needs: { bytes: 2_000_000, inodes: 1 } });
    expect(await world.run()).toMatchObject({ phase: 'Failed', reason: 'SourceCorrupt' });
    expect(world.done.filter((step) => step === 'fetch')).toHaveLength(2);
    expect(world.done).not.toContain('keep');
  });

  it('never replaces an image root that a user works in', async () => {
    const world = createWorld({ hasBegun: true });
    expect(await world.run()).toMatchObject({ phase: 'Failed', reason: 'JournalUnreadable' });
    expect(world.done).toEqual(['flush']);
  });

  it.each([
    ['bytes for the download', { room: { bytes: 500, inodes: 1000 } }, 'bytes'],
    ['bytes', { atLeast: { bytes: 2_000_000, inodes: 1 } }, 'MB'],
    ['inodes', { atLeast: { bytes: 10, inodes: 5000 } }, '5000 inodes'],
  ])('H16 too few %s are seen before the image is fetched', async (_name, options, words) => {
    const world = createWorld(options);
    const last = await world.run();
    expect(last).toMatchObject({ phase: 'Failed', reason: 'NoSpace' });
    expect(JSON.stringify(last)).toContain(words);
    expect(world.done).not.toContain('fetch');
  });

  it.each([
    { bytes: 2_000_000, inodes: 1 },
    { bytes: 10, inodes: 5000 },
  ])('H16 too little room is seen before a byte is unpacked, and what was fetched is kept: %o', async (needs) => {
    const world = createWorld({ needs });
    expect(await world.run()).toMatchObject({ phase: 'Failed', reason: 'NoSpace' });
    expect(world.done).toEqual(['check', 'clear', 'fetch', 'fresh place', 'flush']);
  });

  it('refuses an image of which the server offers a part only', async () => {
    const world = createWorld({ offered: 999 });
    expect(await world.run()).toMatchObject({ phase: 'Failed', reason: 'SourceCorrupt' });
  });

  it('H41 tells its end and the reason, and takes away what nobody can use', async () => {
    const world = createWorld({ fails: { unpack: new Failure('SourceCorrupt', 'damaged') } });
    const last = await world.run();
    expect(world.reports.at(-1)).toMatchObject({ phase: 'Failed', reason: 'SourceCorrupt' });
    expect(world.done.slice(-3)).toEqual(['discard what is unpacked', 'discard the image', 'flush']);
    expect(exitCodeOf(last, 143)).toBe(48);
  });

  it('keeps what another start can use', async () => {
    const world = createWorld({ fails: { fetch: new Failure('SourceUnavailable', 'away') } });
    expect(exitCodeOf(await world.run(), 143)).toBe(45);
    expect(world.done).toEqual(['check', 'clear', 'fetch', 'flush']);
  });

  it('H6 a signal is an interruption, and nothing is taken away', async () => {
    const stop = new AbortController();
    const world = createWorld({ fails: { unpack: new Failure('PackingFailed', 'ended by SIGTERM') } });
    stop.abort(new Error('stopped by SIGTERM'));
    const last = await world.run(stop.signal);
    expect(last.phase).toBe('Interrupted');
    expect(exitCodeOf(last, 143)).toBe(143);
    expect(world.done.at(-1)).toBe('flush');
    expect(world.done).not.toContain('discard the image');
  });
});

describe('the progress of a fetch', () => {
  it.each([
    [{ done: 88_200_000, total: 143_200_000, rate: 95_000_000 }, 'image 61% 88.2/143.2 MB 95 MB/s 0:01 left'],
    [{ done: 10, total: 20, rate: 0 }, 'image 50% 10/20 bytes'],
    [{ done: 1_500_000, total: undefined, rate: 1000 }, 'image 1.5 MB 1.0 kB/s'],
    [{ done: 0, total: 3_700_000_000_000, rate: 100_000_000 }, 'image 0% 0.0/3.7 TB 100 MB/s 10:16:40 left'],
  ])('is told in a line: %o', (transfer, line) => {
    expect(transferText(transfer)).toBe(line);
  });

  it('has bytes in units for people', () => {
    expect([999, 1000, 143_200_000].map(bytesText)).toEqual(['999 bytes', '1.0 kB', '143.2 MB']);
  });
});
