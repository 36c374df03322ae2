// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { writeFile } from 'node:fs/promises';
import { afterEach, describe, expect, it } from 'vitest';

import { createHttp, trustOnly } from '@ims/http';
import { systemClock } from '@ims/runtime';
import {
  cleanUp,
  createCertificates,
  onCleanup,
  recordingLogger,
  startTokenServer,
  temporaryDirectory,
  type TokenServerOptions,
} from '@ims/testing';
import { createTokenSource, readOauthConfig, refusePlainHttp, type OauthConfig } from '../src/index.ts';
import { isHopeless } from '../src/verdict.ts';
import { createWorld, NEVER, RETRY, SECRET } from './world.ts';

afterEach(cleanUp);

async function source(config: Partial<OauthConfig> = {}, { tls }: Pick<TokenServerOptions, 'tls'> = {}) {
  const server = await startTokenServer({ clientId: 'agent', clientSecret: SECRET, lifetimeSeconds: 300, tls });
  const http = createHttp({ trust: trustOnly([]), userAgent: 'ims-agent/1' });
  onCleanup(async () => {
    await http.close();
  });
  const time = { ms: 0 };
  const logger = recordingLogger();
  const tokens = createTokenSource({
    http,
    config: async () => ({ endpoint: server.url, clientId: 'agent', clientSecret: SECRET, ...config }),
    deadlineMs: 1000,
    retry: RETRY,
    logger,
    clock: { ...systemClock, monotonic: () => systemClock.monotonic() + time.ms },
  });
  return { server, tokens, time, logger };
}

describe('H13 a token', () => {
  it('is shared by all who ask, and renewed before it runs out', async () => {
    const { server, tokens, time } = await source();
    const all = await Promise.all([1, 2, 3].map(async () => await tokens.token(NEVER)));
    expect(new Set(all).size).toBe(1);
    time.ms = 269_000;
    expect(await tokens.token(NEVER)).toBe(all[0]);
    time.ms = 271_000;
    expect(await tokens.token(NEVER)).not.toBe(all[0]);
    expect(server.requests).toHaveLength(2);
  });

  it('that is not accepted any more is renewed within the call', async () => {
    const world = await createWorld();
    await world.client.images(NEVER);
    world.tokens.revokeAll();
    await world.client.images(NEVER);
    expect(world.ims.calls.map(({ status }) => status)).toEqual([200, 401, 200]);
  });
});

describe('H14 no token', () => {
  it('is TokenRefused for a wrong secret, at once and without the secret', async () => {
    const { server, tokens, logger } = await source({ clientSecret: 'wr0ng' });
    const failure = tokens.token(NEVER);
    await expect(failure).rejects.toMatchObject({ reason: 'TokenRefused' });
    await expect(failure).rejects.not.toThrow(/wr0ng/);
    expect(server.requests).toHaveLength(1);
    expect(JSON.stringify(logger.entries)).not.toContain('wr0ng');
  });

  it.each(['refused', 'silent'] as const)(
    'is TokenUnavailable when the server is away (%s), after a bound',
    async (how) => {
      const { server, tokens, logger } = await source();
      await server.pause(how);
      await expect(tokens.token(NEVER)).rejects.toMatchObject({ reason: 'TokenUnavailable' });
      expect(logger.messages('warn').length).toBeGreaterThan(0);
      await server.resume();
      expect(await tokens.token(NEVER)).toBe(server.tokens.at(-1));
    },
  );
});

it('H33 no token comes from a server that is not trusted, and nobody waits for one', async () => {
  const { key, cert } = await createCertificates();
  const { tokens, server } = await source({}, { tls: { key, cert } });
  const failure: unknown = await tokens.token(NEVER).catch((error: unknown) => error);
  expect(failure).toMatchObject({
    reason: 'TokenUnavailable',
    message: expect.stringMatching(/certificate/) as string,
  });
  expect(isHopeless(failure)).toBe(true);
  expect(server.requests).toEqual([]);
});

describe('the OAuth configuration', () => {
  it('comes from three files, trimmed, and variables win', async () => {
    const directory = await temporaryDirectory();
    await writeFile(`${directory}/endpoint`, 'https://keycloak/token\n');
    await writeFile(`${directory}/client-id`, ' agent \n');
    await writeFile(`${directory}/client-secret`, 'from the file\n');
    expect(await readOauthConfig({ directory, overrides: { clientSecret: 'given' } })).toEqual({
      endpoint: 'https://keycloak/token',
      clientId: 'agent',
      clientSecret: 'given',
    });
  });

  it('that lacks a file names it', async () => {
    const directory = await temporaryDirectory();
    await writeFile(`${directory}/endpoint`, 'https://keycloak/token\n');
    await expect(readOauthConfig({ directory, overrides: {} })).rejects.toMatchObject({
      reason: 'ConfigurationInvalid',
      message: `${directory}/client-id cannot be read`,
    });
  });
});

it('H33 plain http is refused unless it is allowed in so many words', () => {
  const addresses = { IMS: 'https://ims/apis/ims', 'the token server': 'http://keycloak/token?secret' };
  expect(() => refusePlainHttp(addresses, { allowPlain: false })).toThrow(
    'the address of the token server is plain http',
  );
  expect(() => refusePlainHttp(addresses, { allowPlain: true })).not.toThrow();
});
