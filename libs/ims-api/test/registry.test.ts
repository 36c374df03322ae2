// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { afterEach, describe, expect, it } from 'vitest';

import { cleanUp, eventually, type FaultRule } from '@ims/testing';
import { createWorld, NEVER, type World } from './world.ts';

afterEach(cleanUp);

const NAME = 'an image';
const MANIFEST = { path: 's3://boot-images/x/manifest.json', etag: 'abc', linkType: 's3' } as const;

const identity = (world: World, imageId: string) => ({ imageId, imageName: NAME, jobId: world.jobId });
const asked = (world: World) => ({ imageName: NAME, jobId: world.jobId });

describe('H3 exactly one record', () => {
  it.each<[string, FaultRule]>([
    ['is reset before', { fault: 'reset', when: 'before' }],
    ['is reset after', { fault: 'reset', when: 'after' }],
    ['is delivered twice', { fault: 'duplicate' }],
    ['is answered by a portal', { fault: 'lying-200' }],
    ['is answered by half', { fault: 'truncated-body' }],
    ['hangs after delivery', { fault: 'stall', when: 'after' }],
  ])('comes of a creation that %s', async (_, rule) => {
    const world = await createWorld({ deadlineMs: 300 });
    world.proxy.on({ method: 'POST', times: 1, ...rule });
    const registry = world.registryOf(await world.openOutbox());
    const id = await registry.create(asked(world), NEVER);
    expect(world.ims.images().map((image) => image.id)).toEqual([id]);
    expect(await registry.create(asked(world), NEVER)).toBe(id);
  });

  it('comes of an older server that files the tag under other names', async () => {
    const world = await createWorld({ metadata: 'misread' });
    world.proxy.on({ fault: 'reset', when: 'after', method: 'POST', times: 2 });
    const registry = world.registryOf(await world.openOutbox());
    const id = await registry.create(asked(world), NEVER);
    expect(world.ims.images().map((image) => image.id)).toEqual([id]);
  });

  it('is kept when a delivery that was slow makes a second one later', async () => {
    const world = await createWorld();
    const outbox = await world.openOutbox();
    const registry = world.registryOf(outbox);
    const id = await registry.create(asked(world), NEVER);
    await world.client.createImage({ name: NAME, arch: 'x86_64', job: world.jobId }, NEVER);
    await registry.announce(identity(world, id), NEVER);
    expect(world.ims.images().map((image) => image.id)).toEqual([id]);
    expect(world.result()).toBe(id);
  });

  it('never is the record of another job, however alike', async () => {
    const world = await createWorld();
    await world.client.createImage({ name: NAME, arch: 'x86_64', job: 'another-job' }, NEVER);
    const registry = world.registryOf(await world.openOutbox());
    await registry.create(asked(world), NEVER);
    expect(world.ims.images()).toHaveLength(2);
  });

  it('is made anew when somebody has deleted it before anything was stored', async () => {
    const world = await createWorld();
    const registry = world.registryOf(await world.openOutbox());
    const id = await registry.create(asked(world), NEVER);
    await world.client.deleteImage(id, NEVER);
    const again = await registry.create(asked(world), NEVER);
    expect(again).not.toBe(id);
    expect(world.ims.images().map((image) => image.id)).toEqual([again]);
  });
});

describe('linking', () => {
  it('may be repeated, and survives an answer that is lost', async () => {
    const world = await createWorld();
    const registry = world.registryOf(await world.openOutbox());
    const id = await registry.create(asked(world), NEVER);
    world.proxy.on({ fault: 'reset', when: 'after', method: 'PATCH', times: 1 });
    await registry.link(identity(world, id), MANIFEST, NEVER);
    await registry.link(identity(world, id), MANIFEST, NEVER);
    expect(world.ims.images()[0]?.link).toMatchObject({ path: MANIFEST.path, etag: 'abc' });
  });

  it('is refused for a record with another manifest', async () => {
    const world = await createWorld();
    const registry = world.registryOf(await world.openOutbox());
    const id = await registry.create(asked(world), NEVER);
    await registry.link(identity(world, id), MANIFEST, NEVER);
    const other = registry.link(identity(world, id), { ...MANIFEST, path: 's3://boot-images/y/manifest.json' }, NEVER);
    await expect(other).rejects.toMatchObject({ reason: 'ImsRefused' });
  });
});

describe('taking back', () => {
  it('removes an unlinked record, may be repeated, and a later creation makes another', async () => {
    const world = await createWorld();
    const registry = world.registryOf(await world.openOutbox());
    const id = await registry.create(asked(world), NEVER);
    expect(await registry.withdraw(identity(world, id), NEVER)).toBe(true);
    expect(await registry.withdraw(identity(world, id), NEVER)).toBe(true);
    expect(world.ims.images()).toEqual([]);
    await registry.create(asked(world), NEVER);
    expect(world.ims.images()).toHaveLength(1);
  });

  it('leaves a record that a manifest is linked to', async () => {
    const world = await createWorld();
    const registry = world.registryOf(await world.openOutbox());
    const id = await registry.create(asked(world), NEVER);
    await registry.link(identity(world, id), MANIFEST, NEVER);
    expect(await registry.withdraw(identity(world, id), NEVER)).toBe(false);
    expect(world.ims.images()).toHaveLength(1);
  });
});

describe('waiting', () => {
  it('ends at the bound with what was waited for and how to go on', async () => {
    const world = await createWorld();
    await world.ims.pause();
    const registry = world.registryOf(await world.openOutbox(world.untilFailed), 60);
    const failure = registry.create(asked(world), NEVER);
    await expect(failure).rejects.toMatchObject({
      reason: 'ImsUnavailable',
      message: expect.stringMatching(
        /^making the image record in IMS did not come about within 0.06 s; the last/,
      ) as string,
    });
  });

  it("ends with the signal's reason, and no record is made afterwards", async () => {
    const world = await createWorld();
    await world.ims.pause();
    const outbox = await world.openOutbox();
    const controller = new AbortController();
    const creation = world.registryOf(outbox).create(asked(world), controller.signal);
    await eventually(() => world.logger.messages('warn').length > 0);
    const reason = new Error('SIGTERM');
    controller.abort(reason);
    await expect(creation).rejects.toBe(reason);
    expect(outbox.state().pending).toEqual([]);
  });

  it('H14 ends at once when the token server refuses the secret', async () => {
    const world = await createWorld({ clientSecret: 'wrong' });
    const outbox = await world.openOutbox();
    const creation = world.registryOf(outbox).create(asked(world), NEVER);
    await expect(creation).rejects.toMatchObject({ reason: 'TokenRefused' });
  });

  it('H14 names the token server when that does not answer', async () => {
    const world = await createWorld();
    await world.tokens.pause();
    const outbox = await world.openOutbox(world.untilFailed);
    const creation = world.registryOf(outbox).create(asked(world), NEVER);
    await expect(creation).rejects.toMatchObject({ reason: 'TokenUnavailable' });
  });
});
