// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';

import { cleanUp } from '@ims/testing';
import { createWorld, NEVER, type World } from './world.ts';

afterEach(cleanUp);

const NAME = 'an image';
const asked = (world: World) => ({ imageName: NAME, jobId: world.jobId });
const LINK = { path: 's3://boot-images/x/manifest.json', etag: 'abc', type: 's3' };

/** Gives the id of a record that is not ours and that a stale answer may name. */
type Foreign = (world: World) => Promise<string>;

const untagged: Foreign = async ({ client }) => {
  return (await client.createImage({ name: NAME, arch: 'x86_64', job: undefined }, NEVER)).id;
};

const linked: Foreign = async (world) => {
  const id = await untagged(world);
  await world.client.linkImage(id, LINK, NEVER);
  return id;
};

const FOREIGN: readonly (readonly [string, Foreign])[] = [
  ['that nobody has', async () => randomUUID()],
  ['of the same name', untagged],
  ['of the same name with a manifest', linked],
];

describe('an answer to a creation', () => {
  const answers = FOREIGN.flatMap(([what, foreign]) =>
    (['kept', 'misread', 'refused'] as const).map((metadata) => [what, metadata, foreign] as const),
  );

  it.each(answers)('that names a record %s is none, by a server that has tags %s', async (_, metadata, foreign) => {
    const world = await createWorld({ metadata });
    const id = await foreign(world);
    const nth = metadata === 'refused' ? 2 : 1;
    const body = JSON.stringify({ id, name: NAME });
    const rule = world.proxy.on({ fault: 'lying-200', body, method: 'POST', nth, times: 1 });
    const own = await world.registryOf(await world.openOutbox()).create(asked(world), NEVER);
    expect(rule.hits).toBe(1);
    expect(own).not.toBe(id);
    expect(world.ims.images().map((image) => image.id)).toContain(own);
    expect(world.ims.images().filter(({ link, name }) => link === null && name === NAME)).not.toEqual([]);
  });

  it.each([
    ['of another name', { name: 'another image' }],
    ['with a manifest', { name: NAME, link: LINK }],
    ['of another job', { name: NAME, metadata: { 'ims.cray.com/job-id': randomUUID() } }],
  ])('that shows a record %s is none', async (_, shown) => {
    const world = await createWorld();
    const body = JSON.stringify({ id: randomUUID(), ...shown });
    world.proxy.on({ fault: 'lying-200', body, method: 'POST', times: 1 });
    const creation = world.client.createImage({ name: NAME, arch: 'x86_64', job: world.jobId }, NEVER);
    await expect(creation).rejects.toMatchObject({ verdict: 'transient' });
  });
});

describe('a server before 3.24, which takes no tag', () => {
  it("never lends a job another job's record, when an answer is lost meanwhile", async () => {
    const world = await createWorld({ metadata: 'refused' });
    // The job's own request never arrives, and another job makes a record of that name.
    const lost = world.proxy.on({ fault: 'reset', when: 'before', method: 'POST', nth: 2, times: 1 });
    const creation = world.registryOf(await world.openOutbox()).create(asked(world), NEVER);
    await lost.hit;
    const others = await untagged(world);
    expect(await creation).not.toBe(others);
  });

  it('keeps a record without a link for an answer that was lost, and uses another', async () => {
    const world = await createWorld({ metadata: 'refused' });
    world.proxy.on({ fault: 'reset', when: 'after', method: 'POST', nth: 2, times: 1 });
    const registry = world.registryOf(await world.openOutbox());
    const id = await registry.create(asked(world), NEVER);
    expect(await registry.create(asked(world), NEVER)).toBe(id);
    expect(world.ims.images()).toHaveLength(2);
  });
});

describe('a record without the tag', () => {
  it.each([
    ['a gateway refuses the request with 400', 400, '{"message":"Bad Request"}'],
    ['IMS refuses another field', 422, problemOf({ arch: ['Must be one of: x86_64.'] })],
  ])('is not made when %s', async (_, status, body) => {
    const world = await createWorld();
    world.proxy.on({ fault: 'answer', status, body, method: 'POST', times: 1 });
    const creation = world.registryOf(await world.openOutbox()).create(asked(world), NEVER);
    await expect(creation).rejects.toMatchObject({ reason: 'ImsRefused' });
    expect(world.ims.images()).toEqual([]);
  });

  it('is not made when a gateway says 422 in its own words: IMS is asked again', async () => {
    const world = await createWorld();
    const body = '{"errors": {"metadata": ["no"]}}';
    world.proxy.on({ fault: 'answer', status: 422, body, method: 'POST', times: 1 });
    await world.registryOf(await world.openOutbox()).create(asked(world), NEVER);
    expect(world.ims.images()).toMatchObject([{ metadata: { 'ims.cray.com/job-id': world.jobId } }]);
  });
});

function problemOf(errors: unknown): string {
  return JSON.stringify({ status: 422, title: 'Unprocessable Entity', detail: 'x', errors });
}
