// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { describe, expect, it } from 'vitest';

import { drive, Failure, type Handlers, type Machine, type StateOf } from '../src/index.ts';

interface Data {
  first: object;
  second: { readonly round: number };
  done: object;
  failed: { readonly reason: string };
}
type Running = 'first' | 'second';

const TABLE = {
  first: { terminal: false, revisitable: false, next: ['second', 'failed'] },
  second: { terminal: false, revisitable: true, next: ['first', 'second', 'done', 'failed'] },
  done: { terminal: true, revisitable: false, next: [] },
  failed: { terminal: true, revisitable: false, next: [] },
} as const;

function machine(
  handlers: Handlers<Data, Running, undefined>,
  signal: AbortSignal = new AbortController().signal,
): { machine: Machine<Data, Running, undefined>; entered: string[] } {
  const entered: string[] = [];
  return {
    entered,
    machine: {
      table: TABLE,
      handlers,
      ports: undefined,
      signal,
      onEnter: ({ phase }) => Promise.resolve(void entered.push(phase)),
      onFailure: (failure) => ({ phase: 'failed', reason: `${failure.reason}: ${failure.message}` }),
      onCancelled: () => ({ phase: 'failed', reason: 'cancelled' }),
    },
  };
}

const toSecond = (): Promise<StateOf<Data>> => Promise.resolve({ phase: 'second', round: 1 });
const toDone = (): Promise<StateOf<Data>> => Promise.resolve({ phase: 'done' });

describe('driving a machine', () => {
  it('tells every state it enters, the last one too', async () => {
    const { machine: it, entered } = machine({ first: toSecond, second: toDone });
    expect(await drive(it, { phase: 'first' })).toEqual({ phase: 'done' });
    expect(entered).toEqual(['first', 'second', 'done']);
  });

  it('lets a phase be entered again only where the table says so', async () => {
    const { machine: it } = machine({
      first: toSecond,
      second: ({ round }) => Promise.resolve(round < 3 ? { phase: 'second', round: round + 1 } : { phase: 'first' }),
    });
    expect(await drive(it, { phase: 'first' })).toEqual({
      phase: 'failed',
      reason: 'Defect: illegal transition from second to first',
    });
  });

  it('fails a transition that the table does not name', async () => {
    const { machine: it } = machine({ first: toDone, second: toDone });
    expect(await drive(it, { phase: 'first' })).toMatchObject({
      reason: 'Defect: illegal transition from first to done',
    });
  });

  it('turns what a handler throws into a state in one place', async () => {
    const { machine: it } = machine({
      first: () => Promise.reject(new Failure('NoSpace', 'full')),
      second: toDone,
    });
    expect(await drive(it, { phase: 'first' })).toEqual({ phase: 'failed', reason: 'NoSpace: full' });
  });

  it('calls an aborted handler cancelled, not failed', async () => {
    const stop = new AbortController();
    const { machine: it } = machine(
      {
        first: () => {
          stop.abort();
          return Promise.reject(new Error('aborted'));
        },
        second: toDone,
      },
      stop.signal,
    );
    expect(await drive(it, { phase: 'first' })).toEqual({ phase: 'failed', reason: 'cancelled' });
  });
});
