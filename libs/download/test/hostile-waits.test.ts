// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { afterEach, expect, it } from 'vitest';

import { BACKOFF } from '@ims/retry';
import { cleanUp, createFakeClock, HOSTILE_WAITS, passBetweenAttempts, startImageServer } from '@ims/testing';
import { createBench, imageOf } from './bench.ts';

afterEach(cleanUp);

it.each(HOSTILE_WAITS)('a server that sends its clients away until %s is not called more often', async (_, headers) => {
  const server = await startImageServer({ content: imageOf(1000) });
  const refusal = { kind: 'answer', status: 503, headers, body: 'slowly' } as const;
  server.next.push(...Array.from({ length: 100 }, () => refusal));
  const clock = createFakeClock();
  const bench = await createBench({ policy: { ...BACKOFF, budgetMs: Number.POSITIVE_INFINITY }, clock });
  const stop = new AbortController();
  const fetched = bench.fetch(bench.http(server), { signal: stop.signal });
  fetched.catch(() => undefined);
  await passBetweenAttempts(clock, 60_000);
  stop.abort(new Error('the test is over'));
  await expect(fetched).rejects.toThrow('the test is over');
  expect(server.requests.length).toBeLessThanOrEqual(11);
});
