// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { describe, expect, it } from 'vitest';

import { recordingLogger } from '@ims/testing';
import { retrying, type Retrying } from '../src/index.ts';

const PASSING = new Error('503');
const PERMANENT = new Error('403');
const POLICY = { budgetMs: 60_000, firstMs: 1, longestMs: 2 };

function options(changes: Partial<Retrying> = {}): Retrying {
  const isTransient = (error: unknown): boolean => error !== PERMANENT;
  const signal = new AbortController().signal;
  return { what: 'storing rootfs', policy: POLICY, isTransient, signal, logger: recordingLogger(), ...changes };
}

/** A step that throws these one after the other and then works. */
function failing(...errors: readonly unknown[]): (attempt: number) => Promise<number> {
  return async (attempt) => {
    if (attempt <= errors.length) throw errors[attempt - 1];
    return attempt;
  };
}

describe('retrying', () => {
  it('H12 does a step again that failed for a passing reason, and says each time what failed', async () => {
    const logger = recordingLogger();
    expect(await retrying(options({ logger }), failing(PASSING, PASSING))).toBe(3);
    expect(logger.entries.map(({ level, message }) => [level, message])).toEqual([
      ['warn', 'storing rootfs failed for now and is tried again'],
      ['warn', 'storing rootfs failed for now and is tried again'],
    ]);
  });

  it('H12 a permanent error fails at once, as it was thrown', async () => {
    const logger = recordingLogger();
    let attempts = 0;
    const step = async (): Promise<never> => {
      attempts += 1;
      throw PERMANENT;
    };
    await expect(retrying(options({ logger }), step)).rejects.toBe(PERMANENT);
    expect([attempts, logger.entries]).toEqual([1, []]);
  });

  it('gives up when the budget is spent, with the last error', async () => {
    const policy = { ...POLICY, budgetMs: 20 };
    const step = async (attempt: number): Promise<never> => {
      throw new Error(`failure ${String(attempt)}`);
    };
    await expect(retrying(options({ policy }), step)).rejects.toThrow(/^failure \d+$/);
  });

  it.each([
    ['a TypeError, as fetch throws for a broken connection', new TypeError('fetch failed')],
    ['what is no error', 'a text'],
  ])('tries again after %s', async (_, thrown) => {
    expect(await retrying(options(), failing(thrown))).toBe(2);
  });

  it('ends with the reason of the signal, in a wait and in a step', async () => {
    const stop = new AbortController();
    const reason = new Error('SIGTERM');
    const policy = { ...POLICY, firstMs: 60_000, longestMs: 60_000 };
    const step = async (): Promise<never> => {
      setImmediate(() => stop.abort(reason));
      throw PASSING;
    };
    await expect(retrying(options({ policy, signal: stop.signal }), step)).rejects.toBe(reason);
    await expect(retrying(options({ signal: stop.signal }), failing())).rejects.toBe(reason);
  });

  it('asks what the server said about when to come again, and waits no longer than the longest wait', async () => {
    const asked: unknown[] = [];
    const serverDelayMs = (error: unknown): number => {
      asked.push(error);
      return 3_600_000;
    };
    expect(await retrying(options({ serverDelayMs }), failing(PASSING))).toBe(2);
    expect(asked).toEqual([PASSING]);
  });
});
