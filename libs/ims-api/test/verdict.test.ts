// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { afterEach, describe, expect, it } from 'vitest';

import { cleanUp, eventually, type FaultRule } from '@ims/testing';
import { isHopeless } from '../src/verdict.ts';
import { createWorld, NEVER } from './world.ts';

afterEach(cleanUp);

const own = (status: number): string => JSON.stringify({ status, title: 'A title', detail: 'a detail' });
const PAGE = '<html></html>';
const GATEWAY = '{"message":"a word of the gateway"}';

/** What a status means by whose word it comes: IMS's own, a gateway's JSON, a page. */
const VERDICTS: readonly (readonly [number, readonly [string, string, string]])[] = [
  [301, ['transient', 'transient', 'transient']],
  [302, ['transient', 'transient', 'transient']],
  [303, ['transient', 'transient', 'transient']],
  [400, ['refused', 'refused', 'refused']],
  [401, ['transient', 'transient', 'transient']],
  [403, ['refused', 'refused', 'refused']],
  [405, ['refused', 'refused', 'refused']],
  [408, ['transient', 'transient', 'transient']],
  [409, ['conflict', 'transient', 'transient']],
  [413, ['refused', 'refused', 'refused']],
  [415, ['refused', 'refused', 'refused']],
  [422, ['invalid', 'transient', 'transient']],
  [425, ['transient', 'transient', 'transient']],
  [429, ['transient', 'transient', 'transient']],
  [500, ['transient', 'transient', 'transient']],
  [501, ['transient', 'transient', 'transient']],
  [502, ['transient', 'transient', 'transient']],
  [503, ['transient', 'transient', 'transient']],
  [504, ['transient', 'transient', 'transient']],
];

const rows = VERDICTS.flatMap(([status, verdicts]) =>
  [own(status), GATEWAY, PAGE].map((body, index) => [status, body, verdicts[index]] as const),
);

describe('what an answer means', () => {
  it.each(rows)('%i with %s is %s', async (status, body, verdict) => {
    const world = await createWorld();
    world.proxy.on({ fault: 'answer', status, body, method: 'PATCH' });
    const failure = await world.client.setStatus(world.jobId, 'error', NEVER).catch((error: unknown) => error);
    expect(failure).toMatchObject({
      verdict,
      message: expect.stringMatching(`^IMS answered ${String(status)} to PATCH`) as string,
    });
    expect(isHopeless(failure)).toBe(verdict !== 'transient');
  });

  // The list of jobs has the job, so the answer for it is not believed; see own-voice.test.ts for the others.
  it.each([404, 410])('%i of IMS about a record that its list has is transient', async (status) => {
    const world = await createWorld();
    world.proxy.on({ fault: 'answer', status, body: own(status), method: 'PATCH' });
    await expect(world.client.setStatus(world.jobId, 'error', NEVER)).rejects.toMatchObject({ verdict: 'transient' });
  });

  it('410 of IMS about a record that its list has not is gone', async () => {
    const world = await createWorld();
    world.proxy.on({ fault: 'answer', status: 410, body: own(410), method: 'PATCH' });
    const other = '00000000-0000-4000-8000-000000000000';
    await expect(world.client.setStatus(other, 'error', NEVER)).rejects.toMatchObject({ verdict: 'gone' });
  });
});

const AGAIN: readonly (readonly [string, FaultRule])[] = [
  ['401 twice', { fault: 'answer', status: 401, body: own(401), times: 2 }],
  ['408', { fault: 'answer', status: 408, body: PAGE, times: 1 }],
  ['409 of a gateway', { fault: 'answer', status: 409, body: GATEWAY, times: 1 }],
  ['410 of a gateway', { fault: 'answer', status: 410, body: PAGE, times: 1 }],
  ['425', { fault: 'answer', status: 425, body: '', times: 1 }],
  ['429', { fault: 'answer', status: 429, body: GATEWAY, times: 1 }],
  ['502', { fault: 'answer', status: 502, body: PAGE, times: 1 }],
  ['504', { fault: 'answer', status: 504, body: PAGE, times: 1 }],
  ['301', { fault: 'answer', status: 301, body: PAGE, headers: { Location: '/login' }, times: 1 }],
  ['302', { fault: 'answer', status: 302, body: PAGE, headers: { Location: '/login' }, times: 1 }],
];

it.each(AGAIN)('H2 a status that is answered %s is told again and arrives', async (_, rule) => {
  const world = await createWorld();
  const met = world.proxy.on({ method: 'PATCH', ...rule });
  const outbox = await world.openOutbox();
  outbox.tell('success');
  await outbox.settled(NEVER);
  expect(met.hits).toBe(rule.times);
  expect(world.status()).toBe('success');
});

describe('a redirect of a call that changes something', () => {
  it.each([301, 302])('%i is not followed, and is told with where it leads, without its query', async (status) => {
    const world = await createWorld();
    const headers = { Location: 'https://login.example/realms/shasta?state=s3cret' };
    const rule = world.proxy.on({ fault: 'answer', status, body: PAGE, headers, method: 'PATCH' });
    const outbox = await world.openOutbox();
    outbox.tell('error');
    await eventually(() => rule.hits > 2);
    const [entry] = world.logger.entries.filter(({ level }) => level === 'warn');
    expect(entry?.fields).toMatchObject({
      err: {
        message: expect.stringMatching(
          new RegExp(`^IMS answered ${String(status)} to PATCH .*: redirected to https://login.example/realms/shasta$`),
        ) as string,
      },
    });
    expect(outbox.state().pending).toEqual(['telling IMS the status error']);
  });

  it.each([
    ['/login?next=s3cret#x', 'redirected to /login'],
    ['//user:s3cret@login.example/a', 'redirected to https://login.example/a'],
    ['http://[', 'redirected'],
    [undefined, 'a page of HTML'],
  ])('to %s is told as: %s', async (location, told) => {
    const world = await createWorld();
    const headers = location === undefined ? {} : { Location: location };
    world.proxy.on({ fault: 'answer', status: 302, body: PAGE, headers });
    const message = `IMS answered 302 to PATCH jobs/${world.jobId}: ${told}`;
    await expect(world.client.setStatus(world.jobId, 'error', NEVER)).rejects.toMatchObject({ message });
  });

  it.each([307, 308])('%i is followed with the call as it is', async (status) => {
    const world = await createWorld();
    const Location = `${world.url}/jobs/${world.jobId}`;
    world.proxy.on({ fault: 'answer', status, body: '', headers: { Location }, method: 'PATCH', times: 1 });
    await world.client.setStatus(world.jobId, 'error', NEVER);
    expect(world.status()).toBe('error');
  });
});

it.each([
  ['429', '7', 7000],
  ['503', 'Fri, 31 Dec 2100 23:59:59 GMT', expect.any(Number) as number],
  ['503', 'soon', undefined],
])('%s with Retry-After %s says when to come again', async (status, retryAfter, retryAfterMs) => {
  const world = await createWorld();
  world.proxy.on({ fault: 'answer', status: Number(status), retryAfter, body: PAGE });
  await expect(world.client.images(NEVER)).rejects.toMatchObject({ retryAfterMs });
});
