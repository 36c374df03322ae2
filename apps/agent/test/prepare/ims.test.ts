// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { afterEach, describe, expect, it } from 'vitest';

import { cleanUp, startFakeIms, startFaultProxy, startTokenServer, type FakeIms } from '@ims/testing';

import { createPrepareBench, everythingIn, type PrepareBench } from './bench.ts';

afterEach(cleanUp);

const SECRET = 'a-client-secret-nobody-may-see';

interface World extends PrepareBench {
  readonly ims: FakeIms;
  readonly env: Readonly<Record<string, string>>;
}

async function createWorld(): Promise<World> {
  const bench = await createPrepareBench();
  const tokens = await startTokenServer({ clientId: 'admin-client', clientSecret: SECRET, lifetimeSeconds: 300 });
  const ims = await startFakeIms({ tokens });
  const env = {
    IMS_JOB_ID: ims.addJob({ job_type: 'customize' }).id,
    IMS_URL: ims.url,
    OAUTH_CLIENT_ENDPOINT: tokens.url,
    OAUTH_CLIENT_ID: 'admin-client',
    OAUTH_CLIENT_SECRET: SECRET,
    OAUTHLIB_INSECURE_TRANSPORT: '1',
  };
  return { ...bench, ims, env };
}

function statusesOf({ ims }: World): unknown[] {
  return ims.calls.filter(({ method }) => method === 'PATCH').map(({ body }) => (body as { status?: unknown }).status);
}

describe('what IMS is told of prepare', () => {
  it('is that the image is fetched, and nothing of the end: the job goes on', async () => {
    const world = await createWorld();
    expect(await world.run(undefined, world.env)).toBe(0);
    expect(statusesOf(world)).toEqual(['fetching_image']);
  });

  it('H41 is an error when there will be no image', async () => {
    const world = await createWorld();
    world.server.next.push({ kind: 'answer', status: 404, body: '' });
    expect(await world.run(undefined, world.env)).toBe(46);
    expect(statusesOf(world).at(-1)).toBe('error');
  });

  it('is an error at once, and nothing is fetched, when the agent would refuse its variables', async () => {
    const world = await createWorld();
    expect(await world.run(undefined, { ...world.env, REMOTE_BUILD_NODE: 'nid000001' })).toBe(2);
    expect(statusesOf(world)).toEqual(['error']);
    expect(world.server.requests).toEqual([]);
    expect(await everythingIn(world.volume)).toContain('REMOTE_BUILD_NODE');
  });

  it('is an error at once, and nothing is fetched, when nobody could log in', async () => {
    const world = await createWorld();
    expect(await world.run(undefined, { ...world.env, IMS_AUTHORIZED_KEYS: '/etc/hostname' })).toBe(2);
    expect(statusesOf(world).at(-1)).toBe('error');
    expect(world.server.requests).toEqual([]);
  });

  it('H2 is kept on the volume while IMS is away, and the work is done', async () => {
    const world = await createWorld();
    const proxy = await startFaultProxy({ target: new URL(world.ims.url).origin });
    proxy.on({ fault: '503' });
    const env = {
      ...world.env,
      IMS_URL: world.ims.url.replace(new URL(world.ims.url).origin, proxy.url),
      IMS_OUTBOX_TIMEOUT: '1',
    };
    expect(await world.run(undefined, env)).toBe(0);
    expect(statusesOf(world)).toEqual([]);
    expect(await everythingIn(`${world.volume}/.ims`)).toContain('fetching_image');
    expect(await everythingIn(`${world.volume}/.ims`)).not.toContain(SECRET);
  });
});
