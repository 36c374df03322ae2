// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { afterEach, describe, expect, it } from 'vitest';

import { HttpProblem } from '@ims/http';
import { cleanUp, type FaultRule } from '@ims/testing';
import { failureOf, isHopeless } from '../src/verdict.ts';
import { createWorld, NEVER } from './world.ts';

afterEach(cleanUp);

describe('H2 an answer that is an error', () => {
  it('of IMS is one readable line', async () => {
    const world = await createWorld();
    await expect(world.client.setStatus(world.jobId, 'no-status', NEVER)).rejects.toMatchObject({
      verdict: 'invalid',
      message: expect.stringMatching(/^IMS answered 422 to PATCH jobs\/[0-9a-f-]+: [\x20-\x7e]+$/) as string,
    });
    const gone = '00000000-0000-4000-8000-000000000000';
    await expect(world.client.image(gone, NEVER)).rejects.toMatchObject({ verdict: 'gone' });
  });

  it.each<[string, FaultRule, string]>([
    ['a page of HTML', { fault: '503', dialect: 'html' }, 'transient'],
    ['a portal', { fault: 'lying-200' }, 'transient'],
    ['nothing', { fault: 'lying-200', body: '' }, 'transient'],
    ['a list', { fault: 'lying-200', body: '[1]' }, 'transient'],
    ['a text', { fault: 'lying-200', body: '"yes"' }, 'transient'],
    ['a foreign record', { fault: 'lying-200', body: '{"status": "creating"}' }, 'transient'],
    ['a refusal', { fault: '403' }, 'refused'],
  ])('or %s is told apart', async (_, rule, verdict) => {
    const world = await createWorld();
    world.proxy.on(rule);
    await expect(world.client.setStatus(world.jobId, 'error', NEVER)).rejects.toMatchObject({ verdict });
  });

  it('shows no control character and is bounded', async () => {
    const world = await createWorld();
    world.proxy.on({ fault: 'lying-200', body: `\u001b[31m\u0000evil\r\nforged line\u202e${'x'.repeat(10_000)}` });
    const message = await world.client.images(NEVER).then(
      () => '',
      (error: unknown) => (error as Error).message,
    );
    expect(message).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    expect(message.length).toBeLessThan(600);
  });
});

it('an id that is no UUID never becomes one of ours', async () => {
  const world = await createWorld();
  const hostile = JSON.stringify({ id: '../../etc', name: 'an image', link: null });
  world.proxy.on({ fault: 'lying-200', method: 'POST', body: hostile });
  const creation = world.client.createImage({ name: 'an image', arch: 'x86_64', job: world.jobId }, NEVER);
  await expect(creation).rejects.toMatchObject({ verdict: 'transient' });
});

it('a record that is odd does not hide the others, and unknown fields are welcome', async () => {
  const world = await createWorld();
  const good = { id: '00000000-0000-4000-8000-000000000000', name: 'an image', link: null, novelty: { a: 1 } };
  world.proxy.on({ fault: 'lying-200', body: JSON.stringify([null, 7, { id: 'x' }, good]) });
  expect(await world.client.images(NEVER)).toEqual([good]);
});

it("H34 an error names neither the token nor IMS's query", async () => {
  const world = await createWorld();
  await world.proxy.stop();
  const failure = world.client.images(NEVER);
  await expect(failure).rejects.toMatchObject({ kind: 'unreachable' });
  for (const token of world.tokens.tokens) await expect(failure).rejects.not.toThrow(token);
});

it('H33 nobody waits for an IMS that is not trusted, and the job can be resumed', () => {
  const call = { method: 'GET', url: new URL('https://ims/apis/ims/images') };
  const problem = new HttpProblem('certificate', call, 'the certificate of the server is not trusted');
  expect(isHopeless(problem)).toBe(true);
  expect(failureOf(problem)).toMatchObject({ reason: 'ImsUnavailable', retryable: true });
});
