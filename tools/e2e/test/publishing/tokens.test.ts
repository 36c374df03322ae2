// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { afterEach, describe, expect, it } from 'vitest';

import { cleanUp, eventually, type Program } from '@ims/testing';

import { complete, flagIn } from '../support/finish.ts';
import { startWorld } from '../support/world.ts';
import { expectPublished } from './outcome.ts';

afterEach(cleanUp);

describe('H13 a token', () => {
  it('that has run out while the user works is renewed', async () => {
    const world = await startWorld({ tokenSeconds: 1 });
    const pair = await world.startPair();
    await pair.opened();
    const first = await eventually(() => world.tokens.tokens[0]);
    await eventually(() => !world.tokens.isValid(first));
    await complete(pair);
    await expectPublished(world, pair.job);
    expect(world.tokens.tokens.length).toBeGreaterThan(1);
  });

  it('that is worthless after the upload is replaced, and the call is done again', async () => {
    const world = await startWorld();
    const pair = await world.startPair();
    await pair.opened();
    const uploading = world.proxies.s3.on({ fault: 'slow-drip', method: 'PUT', path: /\/manifest\.json/, times: 1 });
    const revoked = uploading.hit.then(() => {
      world.tokens.revokeAll();
    });
    await complete(pair);
    await revoked;
    await expectPublished(world, pair.job);
    expect(world.ims.calls.filter(({ status }) => status === 401)).toHaveLength(1);
    expect(world.tokens.tokens).toHaveLength(2);
  });
});

/** What ends soon what is waited for in vain. */
const BOUNDS = { IMS_OUTBOX_TIMEOUT: '8', IMS_CALL_TIMEOUT: '1' };

const PATIENT = { IMS_OUTBOX_TIMEOUT: '60', IMS_CALL_TIMEOUT: '10' };

/** The lines of an agent after it has said that it gives up. */
function lastWords({ lines }: Program): readonly (string | undefined)[] {
  const words = lines.map(({ msg }) => msg);
  return words.slice(words.findIndex((word) => word?.includes('IMS was not told all')) + 1);
}

describe('H14 no token', () => {
  it('a wrong client secret is named as such, soon, and the image is kept', async () => {
    const world = await startWorld();
    const agentEnv = { ...BOUNDS, OAUTH_CLIENT_SECRET: 'another-secret' };
    const pair = await world.startPair({ agentEnv });
    await pair.opened();
    await pair.ssh(`touch ${flagIn(pair, 'complete')}`);
    expect((await pair.ends()).agent).toBe(54);
    const { reason, message } = await pair.status();
    expect(reason).toBe('TokenRefused');
    expect(message).toContain('refuses the client');
    expect(`${message}${pair.agent.stderr}`).not.toContain('another-secret');
    pair.restart('agent', { ...PATIENT, OAUTH_CLIENT_SECRET: '' });
    expect((await pair.containers.agent.ended).code).toBe(0);
    await expectPublished(world, pair.job);
  });

  it.each(['refused', 'silent'] as const)('a token server that is away (%s) is named as another thing', async (how) => {
    const world = await startWorld();
    await world.tokens.pause(how);
    const pair = await world.startPair({ action: 'create', agentEnv: BOUNDS });
    expect((await pair.ends()).agent).toBe(53);
    const { reason, message } = await pair.status();
    expect(reason).toBe('TokenUnavailable');
    expect(message).toContain(new URL(world.proxies.tokens.url).host);
    expect(lastWords(pair.agent)).toEqual([]);
    await world.tokens.resume();
    pair.restart('agent', PATIENT);
    expect((await pair.containers.agent.ended).code).toBe(0);
    await expectPublished(world, pair.job);
  });
});
