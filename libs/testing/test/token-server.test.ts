// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { afterEach, describe, expect, it } from 'vitest';

import { cleanUp, startTokenServer, type TokenServer } from '../src/index.ts';

afterEach(cleanUp);

const SECRET = 'sec:ret &+%/ü';
const CLIENT = { clientId: 'admin client', clientSecret: SECRET, lifetimeSeconds: 300 };

const encoded = (text: string) => new URLSearchParams({ text }).toString().replace('text=', '');
const basic = (id: string, secret: string) =>
  `Basic ${Buffer.from(`${encoded(id)}:${encoded(secret)}`).toString('base64')}`;
const RIGHT = { Authorization: basic('admin client', SECRET) };

async function ask(server: TokenServer, changes: RequestInit = {}): Promise<{ status: number; body: object }> {
  const body = new URLSearchParams({ grant_type: 'client_credentials' });
  const response = await fetch(server.url, { method: 'POST', headers: RIGHT, body, ...changes });
  const given: unknown = await response.json();
  return { status: response.status, body: given as object };
}

async function token(server: TokenServer): Promise<string> {
  const { body } = await ask(server);
  return (body as { access_token: string }).access_token;
}

describe('the token server', () => {
  it('gives a bearer token for the right client, and another one each time', async () => {
    const server = await startTokenServer(CLIENT);
    expect(await ask(server)).toMatchObject({ status: 200, body: { token_type: 'Bearer', expires_in: 300 } });
    const second = await token(server);
    expect(server.tokens).toHaveLength(2);
    expect(new Set(server.tokens).size).toBe(2);
    expect(server.tokens.at(-1)).toBe(second);
    expect(server.isValid(second)).toBe(true);
    expect(server.isValid('made up')).toBe(false);
  });

  it.each([
    ['a wrong secret', { Authorization: basic('admin client', 'wrong') }],
    ['a wrong id', { Authorization: basic('somebody', SECRET) }],
    ['a secret that is not encoded', { Authorization: `Basic ${btoa('admin client:sec:ret')}` }],
    ['another scheme', { Authorization: 'Bearer something' }],
    ['nothing', {}],
  ])('refuses a client that shows %s as invalid_client', async (_, headers) => {
    const server = await startTokenServer(CLIENT);
    expect(await ask(server, { headers })).toMatchObject({ status: 401, body: { error: 'invalid_client' } });
    expect(server.tokens).toEqual([]);
    expect(server.requests).toMatchObject([{ status: 401, grantType: 'client_credentials' }]);
  });

  it.each([
    ['another grant', 400, { body: new URLSearchParams({ grant_type: 'refresh_token' }) }],
    ['no grant', 400, { body: new URLSearchParams({ scope: 'openid' }) }],
    ['a grant given twice', 400, { body: new URLSearchParams('grant_type=client_credentials&grant_type=password') }],
    ['JSON', 415, { body: '{}', headers: { ...RIGHT, 'Content-Type': 'application/json' } }],
    ['another method', 405, { method: 'PUT' }],
  ])('refuses %s', async (_, status, changes) => {
    const server = await startTokenServer(CLIENT);
    expect(await ask(server, changes)).toMatchObject({ status });
    expect(server.tokens).toEqual([]);
  });

  it('knows no other path', async () => {
    const server = await startTokenServer(CLIENT);
    expect((await fetch(`${server.url}/else`, { method: 'POST' })).status).toBe(404);
  });

  it('ends a token after its lifetime and not before', async () => {
    let now = 1000;
    const server = await startTokenServer({ ...CLIENT, lifetimeSeconds: 60, now: () => now });
    const first = await token(server);
    now += 59_999;
    expect(server.isValid(first)).toBe(true);
    now += 1;
    expect(server.isValid(first)).toBe(false);
    expect(server.isValid(await token(server))).toBe(true);
  });

  it('revokes all tokens so far and goes on to issue', async () => {
    const server = await startTokenServer(CLIENT);
    const first = await token(server);
    server.revokeAll();
    expect(server.isValid(first)).toBe(false);
    expect(server.isValid(await token(server))).toBe(true);
  });

  it('keeps no secret among its requests', async () => {
    const server = await startTokenServer(CLIENT);
    const issued = await token(server);
    const kept = JSON.stringify(server.requests);
    expect(kept).not.toContain(issued);
    expect(kept).not.toContain(SECRET);
  });

  it('is away for a while, and then answers at the same address', async () => {
    const server = await startTokenServer(CLIENT);
    await server.pause();
    await expect(ask(server)).rejects.toThrow('fetch failed');
    await server.resume();
    expect(await ask(server)).toMatchObject({ status: 200 });
    await server.stop();
    await expect(ask(server)).rejects.toThrow('fetch failed');
  });
});
