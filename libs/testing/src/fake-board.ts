// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { OwnNote, Sentinel, SentinelName, Words } from '@ims/contract';
import type { Board } from '@ims/runtime';

/** A board in memory. What the code under test does to it is recorded; what the test does to it is not. */
export interface FakeBoard extends Board {
  /** `read ready`, `post exiting done`, `clear complete`, in order; reads are left out. */
  readonly calls: string[];
  /** How many waits are under way. */
  readonly waiting: number;
  /** Puts something there as another party would, and wakes who waits. */
  put(name: SentinelName, content?: Sentinel | string): void;
  /** Takes it away as another party would, and wakes who waits. */
  take(name: SentinelName): void;
  /** What stands there. */
  at(name: SentinelName): Sentinel;
  /** Wakes who waits, as the slow tick does. */
  tick(): void;
  /** From now on the volume refuses to be written. */
  refuseWrites(error: Error): void;
}

const ABSENT: Sentinel = { kind: 'absent' };

/**
 * Makes an empty board.
 *
 * @example
 * const board = createFakeBoard();
 * board.put('complete'); // touch
 * board.put('failed', 'the RPM is missing'); // a person's own words
 */
export function createFakeBoard(): FakeBoard {
  const sentinels = new Map<SentinelName, Sentinel>();
  const calls: string[] = [];
  const wakers = new Set<() => void>();
  let refusal: Error | undefined;
  const tick = (): void => {
    for (const wake of [...wakers]) wake();
  };
  const change = (name: SentinelName, sentinel: Sentinel): void => {
    sentinels.set(name, sentinel);
    tick();
  };
  const at = (name: SentinelName): Sentinel => sentinels.get(name) ?? ABSENT;
  const writing = (call: string): Promise<void> => {
    calls.push(call);
    return refusal === undefined ? Promise.resolve() : Promise.reject(refusal);
  };
  return {
    calls,
    get waiting() {
      return wakers.size;
    },
    at,
    tick,
    put: (name, content) => {
      change(name, typeof content === 'object' ? content : textual(content));
    },
    take: (name) => {
      change(name, ABSENT);
    },
    refuseWrites: (error) => {
      refusal = error;
    },
    read: (name) => Promise.resolve(at(name)),
    post: async (name, note) => {
      await writing(
        ['post', name, ...(note === undefined ? [] : ['words' in note ? note.words : note.token])].join(' '),
      );
      change(name, posted(note));
    },
    clear: async (name) => {
      await writing(`clear ${name}`);
      change(name, ABSENT);
    },
    until: async (evaluate, signal) => await waitOn(wakers, evaluate, signal),
  };
}

function posted(note: OwnNote | Words | undefined): Sentinel {
  if (note === undefined) return textual();
  return 'words' in note ? textual(note.words) : { kind: 'present', content: 'note', note };
}

function textual(text = ''): Sentinel {
  return text === '' ? { kind: 'present', content: 'empty' } : { kind: 'present', content: 'unrecognised', text };
}

async function waitOn<T>(
  wakers: Set<() => void>,
  evaluate: () => Promise<T | undefined>,
  signal: AbortSignal,
): Promise<T> {
  for (;;) {
    signal.throwIfAborted();
    const { promise: woken, resolve } = Promise.withResolvers<undefined>();
    const wake = (): void => {
      resolve(undefined);
    };
    wakers.add(wake);
    signal.addEventListener('abort', wake);
    try {
      const value = await evaluate();
      if (value !== undefined) return value;
      await woken;
    } finally {
      wakers.delete(wake);
      signal.removeEventListener('abort', wake);
    }
  }
}
