// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { expect, it } from 'vitest';

import { BACKOFF } from '@ims/retry';
import { createFakeClock, HOSTILE_WAITS, passBetweenAttempts } from '@ims/testing';
import { createS3Store } from '../src/s3/store.ts';
import { optionsOf } from './bucket.ts';
import { logger, proxy, server, useProxiedBucket } from './proxied-bucket.ts';

useProxiedBucket();

it.each(HOSTILE_WAITS)(
  'H12 a service that sends its clients away until %s is not called more often',
  async (_, headers) => {
    const rule = proxy.on({ fault: '503', headers });
    const clock = createFakeClock();
    const retry = { ...BACKOFF, budgetMs: Number.POSITIVE_INFINITY };
    const store = createS3Store(optionsOf(server, { endpoint: proxy.url, retry, clock }, logger));
    const stop = new AbortController();
    const prepared = store.prepare(stop.signal);
    prepared.catch(() => undefined);
    await passBetweenAttempts(clock, 60_000);
    stop.abort(new Error('the test is over'));
    await expect(prepared).rejects.toThrow('the test is over');
    expect(rule.hits).toBeLessThanOrEqual(11);
  },
);
