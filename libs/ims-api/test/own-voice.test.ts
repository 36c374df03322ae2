// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';

import { cleanUp, eventually, type FaultRule } from '@ims/testing';
import { createWorld, NEVER, type World } from './world.ts';

afterEach(cleanUp);

const NAME = 'an image';
const KONG = '{"message":"no Route matched with those values"}';
const problemJson = (status: number, title = 'Not Found') => JSON.stringify({ status, title, detail: 'a detail' });

/** What others than IMS say with the status of a record that is gone or in conflict. */
const FOREIGN: readonly (readonly [string, number, string])[] = [
  ['a gateway without a route', 404, KONG],
  ['a page', 404, '<html><body>Not Found</body></html>'],
  ['nothing', 404, ''],
  ['JSON that is no object', 404, '"Not Found"'],
  ['a problem without a title', 404, JSON.stringify({ status: 404, detail: 'x' })],
  ['a problem of another status', 404, problemJson(503)],
  ['a gateway without a route any more', 410, KONG],
  ['a gateway in conflict', 409, '{"message":"conflict"}'],
  ['a page of a conflict', 409, '<html></html>'],
];

const identity = (world: World, imageId: string) => ({ imageId, imageName: NAME, jobId: world.jobId });

describe('what somebody else says in the place of IMS', () => {
  it.each(FOREIGN)('is no word of IMS about a job: %s, %i', async (_, status, body) => {
    const world = await createWorld();
    world.proxy.on({ fault: 'answer', status, body, method: 'PATCH', times: 2 });
    const outbox = await world.openOutbox();
    outbox.tell('success');
    await outbox.settled(NEVER);
    expect(world.status()).toBe('success');
  });

  it.each(FOREIGN)('costs no link and no image id: %s, %i', async (_, status, body) => {
    const world = await createWorld();
    const registry = world.registryOf(await world.openOutbox());
    const id = await registry.create({ jobId: world.jobId, imageName: NAME }, NEVER);
    const manifest = { path: `s3://boot-images/${id}/manifest.json`, etag: 'abc', linkType: 's3' } as const;
    world.proxy.on({ fault: 'answer', status, body, method: 'PATCH', path: /images/, times: 1 });
    world.proxy.on({ fault: 'answer', status, body, method: 'PATCH', path: /jobs/, times: 1 });
    await registry.link(identity(world, id), manifest, NEVER);
    await registry.announce(identity(world, id), NEVER);
    expect(world.ims.images()[0]?.link).toMatchObject({ path: manifest.path });
    expect(world.result()).toBe(id);
  });

  it.each(FOREIGN.filter(([, status]) => status !== 409))(
    'takes no record for gone that is there: %s, %i',
    async (_, status, body) => {
      const world = await createWorld();
      const registry = world.registryOf(await world.openOutbox());
      const id = await registry.create({ jobId: world.jobId, imageName: NAME }, NEVER);
      world.proxy.on({ fault: 'answer', status, body, path: new RegExp(`images/${id}`), times: 2 });
      expect(await registry.withdraw(identity(world, id), NEVER)).toBe(true);
      expect(world.ims.images()).toEqual([]);
    },
  );

  it('ends no job whose volume waits for IMS: the call stays in the outbox', async () => {
    const world = await createWorld();
    const rule = world.proxy.on({ fault: 'answer', status: 404, body: KONG });
    const outbox = await world.openOutbox();
    outbox.tell('success');
    await eventually(() => rule.hits > 3);
    expect(outbox.state()).toMatchObject({ pending: ['telling IMS the status success'], accepted: undefined });
  });
});

// A server below a wrong path speaks as IMS does: only the list of all records proves that IMS is there.
describe('a wrong path that leads to a server like IMS', () => {
  const wrong = { fault: 'answer', status: 404, body: problemJson(404) } as const satisfies FaultRule;

  it('swallows no last status', async () => {
    const world = await createWorld();
    const rule = world.proxy.on(wrong);
    const outbox = await world.openOutbox();
    outbox.tell('error');
    await eventually(() => rule.hits > 4);
    expect(outbox.state()).toMatchObject({ pending: ['telling IMS the status error'], accepted: undefined });
    rule.lift();
    await outbox.settled(NEVER);
    expect(world.status()).toBe('error');
  });

  it('takes nothing back', async () => {
    const world = await createWorld();
    const outbox = await world.openOutbox();
    const id = await world.registryOf(outbox).create({ jobId: world.jobId, imageName: NAME }, NEVER);
    world.proxy.on(wrong);
    await expect(world.registryOf(outbox, 100).withdraw(identity(world, id), NEVER)).rejects.toMatchObject({
      reason: 'ImsUnavailable',
    });
    expect(world.ims.images()).toHaveLength(1);
  });

  it('says so where a record is asked for', async () => {
    const world = await createWorld();
    world.proxy.on(wrong);
    await expect(world.client.images(NEVER)).rejects.toMatchObject({ verdict: 'transient' });
    await expect(world.client.image(randomUUID(), NEVER)).rejects.toMatchObject({ verdict: 'transient' });
  });
});

it('a 404 is not believed while the list of IMS has the record', async () => {
  const world = await createWorld();
  world.proxy.on({ fault: 'answer', status: 404, body: problemJson(404), method: 'PATCH', times: 1 });
  const outbox = await world.openOutbox();
  outbox.tell('error');
  await outbox.settled(NEVER);
  expect(world.status()).toBe('error');
});

it('a job that IMS says is gone, and does not list, is told nothing more', async () => {
  const world = await createWorld();
  const outbox = await world.openOutboxOf(randomUUID());
  outbox.tell('error');
  await outbox.settled(NEVER);
  expect(world.ims.calls.map(({ method, status }) => [method, status])).toEqual([
    ['PATCH', 404],
    ['GET', 200],
  ]);
  expect(world.logger.messages('warn').at(-1)).toMatch(/^IMS has no record of this job/);
});
