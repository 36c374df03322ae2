// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { decodeDeparture, decodeRelease, encodeDeparture } from '@ims/contract';
import { createFakeBoard, createFakePeer, type FakeBoard } from '@ims/testing';
import { describe, expect, it } from 'vitest';

import { releaseAgent, releaseSshd } from '../src/index.ts';

const RELEASE = { token: 'failed', reason: 'ConfigurationInvalid', message: 'SSH_JAIL is "maybe"' } as const;

/** Begins to release an agent; says when it has ended. */
function releasing(board: FakeBoard, options: { boundMs?: number; pod?: string } = {}) {
  const stop = new AbortController();
  const { boundMs = 60_000, pod } = options;
  let isOver = false;
  const done = releaseAgent({
    ...{ board, peer: createFakePeer(), release: RELEASE, pod, boundMs },
    signal: stop.signal,
  }).then(() => {
    isOver = true;
  });
  return { done, stop, isOver: () => isOver };
}

/** Lets everything run that is able to. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) {
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
}

const said = (board: FakeBoard): unknown[] => [decodeRelease(board.at('failed')), decodeRelease(board.at('exiting'))];

describe('a sshd container that cannot begin', () => {
  it('says so again to an agent of ours that has cleared the volume first, until that has ended', async () => {
    const board = createFakeBoard();
    const { done, isOver } = releasing(board);
    await settle();
    expect(said(board)).toEqual([RELEASE, RELEASE]);
    board.put('agentAlive');
    board.take('failed');
    board.take('exiting');
    board.put('ready');
    await settle();
    expect(said(board)).toEqual([RELEASE, RELEASE]);
    expect(isOver()).toBe(false);
    board.take('agentAlive');
    await done;
  });

  it('says so again to an agent of today, which takes notice by taking exiting away once it is ready', async () => {
    const board = createFakeBoard();
    const { done, isOver } = releasing(board);
    await settle();
    board.take('failed');
    board.take('exiting');
    await settle();
    expect(said(board)).toEqual([RELEASE, RELEASE]);
    board.put('ready');
    await settle();
    expect(isOver()).toBe(false);
    board.take('exiting');
    await done;
    expect(decodeRelease(board.at('failed'))).toEqual(RELEASE);
  });

  it('waits for no agent of its pod that could not begin either', async () => {
    const board = createFakeBoard();
    const { done } = releasing(board, { pod: 'pod-1' });
    const note = encodeDeparture({ pod: 'pod-1', release: RELEASE });
    board.put('agentGone', { kind: 'present', content: 'note', note });
    await done;
  });

  it.each(['stopped', 'late', 'alone'])('ends when it is %s', async (how) => {
    const board = createFakeBoard();
    const { done, stop } = releasing(board, { boundMs: how === 'late' ? 10 : how === 'alone' ? 0 : 60_000 });
    if (how === 'stopped') stop.abort();
    await done;
    expect(said(board)).toEqual([RELEASE, RELEASE]);
  });

  it('leaves the word of a user', async () => {
    const board = createFakeBoard();
    board.put('failed', 'the RPM is missing');
    await releasing(board, { boundMs: 0 }).done;
    expect(board.at('failed')).toMatchObject({ text: 'the RPM is missing' });
    expect(decodeRelease(board.at('exiting'))).toEqual(RELEASE);
  });
});

describe('an agent that cannot begin', () => {
  it('names its pod, then says failed, exiting and ready', async () => {
    const board = createFakeBoard();
    await releaseSshd(board, RELEASE, 'pod-1');
    expect(board.calls).toEqual([
      'post agentGone failed',
      'post failed failed',
      'post exiting failed',
      'post ready ready',
    ]);
    expect(decodeDeparture(board.at('agentGone'))).toEqual({ pod: 'pod-1', release: RELEASE });
  });

  it('leaves exiting to a sshd container with an open shell, and the word of a user', async () => {
    const board = createFakeBoard();
    board.put('door', { kind: 'present', content: 'note', note: { token: 'open', message: '' } });
    board.put('sshdAlive');
    board.put('failed', 'no');
    await releaseSshd(board, RELEASE, undefined);
    expect(board.calls).toEqual(['post ready ready']);
  });
});
