// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { describe, expect, it } from 'vitest';

import { createFakeClock, eventually, passBetweenAttempts, recordingLogger } from '@ims/testing';
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

  it('waits by its own clock alone, ever longer', async () => {
    const clock = createFakeClock();
    const policy = { budgetMs: Infinity, firstMs: 500, longestMs: 30_000 };
    let attempts = 0;
    const stop = new AbortController();
    const done = retrying(options({ clock, policy, signal: stop.signal }), async (attempt) => {
      attempts = attempt;
      throw PASSING;
    }).catch(() => undefined);
    await passBetweenAttempts(clock, 60_000);
    stop.abort();
    await done;
    expect(attempts).toBeLessThanOrEqual(10);
    expect(attempts).toBeGreaterThanOrEqual(7);
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

  it.each([
    [
      'what it asks for, longer than any wait of its own',
      { asked: 45_000, budgetMs: 60_000, waited: [45_000, 49_500] },
    ],
    ['no longer than what is left of the budget', { asked: 45_000, budgetMs: 30_000, waited: [30_000, 30_000] }],
    ['two minutes, whatever it asks for', { asked: 86_400_000, budgetMs: Infinity, waited: [120_000, 132_000] }],
  ] as const)('waits for a server %s', async (_, { asked, budgetMs, waited }) => {
    const clock = createFakeClock();
    const policy = { ...POLICY, budgetMs };
    const refused = Object.assign(new Error('429'), { retryAfterMs: asked });
    let attempts = 0;
    const step = async (attempt: number): Promise<number> => {
      attempts = attempt;
      return await failing(refused)(attempt);
    };
    const done = retrying(options({ clock, policy }), step);
    await eventually(() => clock.sleeping === 1);
    const [slept = 0] = clock.sleeps;
    expect(slept).toBeGreaterThanOrEqual(waited[0]);
    expect(slept).toBeLessThanOrEqual(waited[1]);
    await clock.advance(slept - 1);
    expect(attempts).toBe(1);
    await clock.advance(1);
    expect(await done).toBe(2);
  });
});
