// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { describe, expect, it } from 'vitest';

import { createFakeBoard, createFakeClock, createFakePeer, recordingLogger } from '../src/index.ts';

const never = new AbortController().signal;

describe('the fake board', () => {
  it('wakes a wait when the test puts something there', async () => {
    const board = createFakeBoard();
    const waiting = board.until(async () => {
      const sentinel = await board.read('complete');
      return sentinel.kind === 'present' ? sentinel : undefined;
    }, never);
    board.put('complete');
    expect(await waiting).toEqual({ kind: 'present', content: 'empty' });
    expect(board.waiting).toBe(0);
  });

  it('misses nothing that happens while a wait evaluates', async () => {
    const board = createFakeBoard();
    let evaluations = 0;
    await board.until(() => {
      evaluations += 1;
      if (evaluations === 1) board.put('ready');
      return Promise.resolve(evaluations === 2 ? true : undefined);
    }, never);
    expect(evaluations).toBe(2);
  });

  it('records what the code does and not what the test does', async () => {
    const board = createFakeBoard();
    board.put('complete', 'a person says so');
    await board.post('exiting', { token: 'done', message: '' });
    await board.post('ready');
    await board.clear('complete');
    expect(board.calls).toEqual(['post exiting done', 'post ready', 'clear complete']);
    expect(board.at('complete')).toEqual({ kind: 'absent' });
  });

  it('rejects a wait with the reason of its signal', async () => {
    const board = createFakeBoard();
    const abort = new AbortController();
    const waiting = board.until(() => Promise.resolve(undefined), abort.signal);
    abort.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
    expect(board.waiting).toBe(0);
  });

  it('refuses writes when told to', async () => {
    const board = createFakeBoard();
    board.refuseWrites(new Error('read-only'));
    await expect(board.post('ready')).rejects.toThrow('read-only');
    expect(board.at('ready')).toEqual({ kind: 'absent' });
  });
});

describe('the fake clock', () => {
  it('wakes sleepers in order and lets each go on before the next', async () => {
    const clock = createFakeClock();
    const woken: string[] = [];
    const sleeper = async (name: string, ms: number): Promise<void> => {
      await clock.sleep(ms);
      woken.push(`${name} at ${String(clock.monotonic())}`);
      if (name === 'a') await sleeper('again', 50);
    };
    const all = Promise.all([sleeper('b', 200), sleeper('a', 100)]);
    await clock.advance(175);
    expect(woken).toEqual(['a at 100', 'again at 150']);
    await clock.advance(25);
    await all;
    expect(woken.at(-1)).toBe('b at 200');
    expect(clock.sleeps).toEqual([200, 100, 50]);
  });

  it('moves the wall clock apart from the monotonic one', async () => {
    const clock = createFakeClock();
    clock.setWallClock(new Date('1999-01-01T00:00:00Z'));
    await clock.advance(1000);
    expect(clock.now().toISOString()).toBe('1999-01-01T00:00:01.000Z');
    expect(clock.monotonic()).toBe(1000);
  });

  it('ends a sleep with the reason of its signal', async () => {
    const clock = createFakeClock();
    const abort = new AbortController();
    const sleep = clock.sleep(10, abort.signal);
    abort.abort(new Error('enough'));
    await expect(sleep).rejects.toThrow('enough');
    expect(clock.sleeping).toBe(0);
  });
});

it('the fake peer is what the test says and counts the looks', async () => {
  const peer = createFakePeer();
  expect(await peer.state()).toBe('unseen');
  peer.become('stale');
  expect(await peer.state()).toBe('stale');
  expect(peer.looks).toBe(2);
});

it('the recording logger remembers every line', () => {
  const logger = recordingLogger();
  logger.info({ a: 1 }, 'one');
  logger.warn({}, 'two');
  expect(logger.messages()).toEqual(['one', 'two']);
  expect(logger.messages('info')).toEqual(['one']);
  expect(logger.entries[0]?.fields).toEqual({ a: 1 });
});
