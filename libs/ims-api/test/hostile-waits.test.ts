// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { afterEach, describe, expect, it } from 'vitest';

import { createHttp, trustOnly } from '@ims/http';
import { BACKOFF } from '@ims/retry';
import { cleanUp, createFakeClock, HOSTILE_WAITS, onCleanup, passBetweenAttempts, startWebServer } from '@ims/testing';
import { createTokenSource } from '../src/index.ts';
import { createLetter, sendLetter } from '../src/letter.ts';
import { createWorld, SECRET } from './world.ts';

afterEach(cleanUp);

const MINUTE = 60_000;
/** As many calls in a minute as the shortest waits allow, and one that is on its way. */
const MOST_CALLS = 11;
const WAITS = { ...BACKOFF, budgetMs: Number.POSITIVE_INFINITY };

describe.each(HOSTILE_WAITS)('a server that is overloaded and sends its clients away until %s', (_, headers) => {
  it('H2 is not called more often for it: IMS', async () => {
    const world = await createWorld();
    const rule = world.proxy.on({ fault: '503', headers });
    const outbox = await world.openOutbox();
    const clock = createFakeClock();
    const letter = createLetter({ kind: 'status', status: 'error' });
    const { work } = outbox;
    const sent = sendLetter(letter, { work, retry: WAITS, logger: world.logger, onAttempt: () => undefined, clock });
    await passBetweenAttempts(clock, MINUTE);
    letter.controller.abort(new Error('the test is over'));
    await expect(sent).rejects.toThrow('the test is over');
    expect(rule.hits).toBeLessThanOrEqual(MOST_CALLS);
    expect(world.tokens.requests).toHaveLength(1);
  });

  it('H14 is not called more often for it: the token server', async () => {
    let calls = 0;
    const body = JSON.stringify({ error: 'too_many_requests', error_description: 'slowly' });
    const server = await startWebServer({
      answer: async () => {
        calls += 1;
        return { status: 429, headers: { 'Content-Type': 'application/json', ...headers }, body };
      },
    });
    const http = createHttp({ trust: trustOnly([]), userAgent: 'ims-agent/1' });
    onCleanup(async () => {
      await http.close();
    });
    const clock = createFakeClock();
    const { logger } = await createWorld();
    const tokens = createTokenSource({
      http,
      config: async () => ({ endpoint: `${server.origin}/token`, clientId: 'agent', clientSecret: SECRET }),
      deadlineMs: 20_000,
      retry: WAITS,
      logger,
      clock,
    });
    const stop = new AbortController();
    const token = tokens.token(stop.signal);
    token.catch(() => undefined);
    await passBetweenAttempts(clock, MINUTE);
    stop.abort(new Error('the test is over'));
    await expect(token).rejects.toThrow('the test is over');
    expect(calls).toBeLessThanOrEqual(MOST_CALLS);
  });
});
