// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { afterEach, describe, expect, it } from 'vitest';

import { cleanUp } from '@ims/testing';

import { startWorld } from '../support/world.ts';

afterEach(cleanUp);

describe('a mounted file that is missing', () => {
  it('H5 H41 of IMS ends the job before anybody works, says which, and lets the other container go', async () => {
    const world = await startWorld();
    const pair = await world.startPair({ agentEnv: { OAUTH_CONFIG_DIR: '/nowhere' } });
    expect(await pair.ends()).toEqual({ agent: 2, sshd: 21 });
    const { reason, message } = await pair.status();
    expect(reason).toBe('ConfigurationInvalid');
    expect(message).toContain('/nowhere');
    expect(await world.keys()).toEqual([]);
  });

  it('H41 of the store is told to IMS too', async () => {
    const world = await startWorld();
    const pair = await world.startPair({ agentEnv: { S3_SSL_VALIDATE: '/nowhere/ca.pem' } });
    expect(await pair.ends()).toEqual({ agent: 2, sshd: 21 });
    expect((await pair.status()).message).toContain('/nowhere/ca.pem');
    expect(world.ims.jobs().find(({ id }) => id === pair.job.id)?.status).toBe('error');
  });
});
