// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { describe, expect, it } from 'vitest';

import { Failure, withDeadline } from '../src/index.ts';

const until = async (signal: AbortSignal): Promise<never> =>
  await new Promise<never>((_resolve, reject) => {
    signal.addEventListener('abort', () => {
      reject(signal.reason as Error);
    });
  });

describe('a deadline', () => {
  it('ends what takes too long with an error that names it and its bound', async () => {
    const work = withDeadline({ ms: 1, what: 'the check' }, until);
    await expect(work).rejects.toMatchObject({
      reason: 'DeadlineExceeded',
      message: 'the check took longer than 0.001 s',
    });
  });

  it('gives what comes in time', async () => {
    expect(await withDeadline({ ms: 60_000, what: 'x' }, () => Promise.resolve(7))).toBe(7);
  });

  it('passes on the failure of the work, and of the signal from outside', async () => {
    const failure = new Failure('NoSpace', 'full');
    await expect(withDeadline({ ms: 60_000, what: 'x' }, () => Promise.reject(failure))).rejects.toBe(failure);
    const stop = new AbortController();
    const work = withDeadline({ ms: 60_000, what: 'x', signal: stop.signal }, until);
    stop.abort(failure);
    await expect(work).rejects.toBe(failure);
  });
});
