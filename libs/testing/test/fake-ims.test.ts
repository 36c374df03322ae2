// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { afterEach, describe, expect, it } from 'vitest';

import { cleanUp, createCertificates, eventually, startFakeIms, startTokenServer } from '../src/index.ts';
import { call, JOB, UNKNOWN } from './ims-calls.ts';

afterEach(cleanUp);

const NAMED = { name: 'an image' };

describe('a record of an image', () => {
  it('is made anew each time, with all its fields', async () => {
    const ims = await startFakeIms();
    const first = await call(ims, 'POST images', NAMED);
    expect(first.status).toBe(201);
    expect(first.body).toEqual({
      id: expect.stringMatching(/^[\da-f-]{36}$/) as string,
      created: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}$/) as string,
      ...NAMED,
      link: null,
      arch: 'x86_64',
      metadata: {},
    });
    const second = await call(ims, 'POST images', { ...NAMED, arch: 'aarch64' });
    expect(await call(ims, 'GET images')).toMatchObject({ status: 200, body: [first.body, second.body] });
    expect(await call(ims, `GET images/${second.body.id}`)).toMatchObject({ body: { arch: 'aarch64' } });
    expect(ims.images()).toEqual([first.body, second.body]);
  });

  it.each([
    ['a blank name', { name: '' }, 'name'],
    ['no name', { arch: 'x86_64' }, 'name'],
    ['a name that is no text', { name: 7 }, 'name'],
    ['an unknown field', { ...NAMED, job: 'x' }, 'job'],
    ['an unknown architecture', { ...NAMED, arch: 'sparc' }, 'arch'],
    ['another type of link', { ...NAMED, link: { path: 'file:///x', type: 'file' } }, 'link'],
    ['metadata that is no pair', { ...NAMED, metadata: { job: 'x' } }, 'metadata'],
    ['a list', [NAMED], '_schema'],
  ])('is refused for %s with a 422 that names the field', async (_, body, field) => {
    const ims = await startFakeIms();
    const { status, type, body: problem } = await call(ims, 'POST images', body);
    expect({ status, type }).toEqual({ status: 422, type: 'application/problem+json' });
    expect(problem).toMatchObject({
      status: 422,
      title: 'Unprocessable Entity',
      errors: { [field]: expect.anything() as object },
    });
    expect(ims.images()).toEqual([]);
  });

  it.each([
    ['no JSON', 400, { body: '{', headers: { 'Content-Type': 'application/json' } }],
    ['another type', 415, { body: JSON.stringify(NAMED), headers: { 'Content-Type': 'text/plain' } }],
    ['no type', 415, {}],
  ])('is refused for %s with plain JSON', async (_, status, sent) => {
    const ims = await startFakeIms();
    const response = await fetch(`${ims.url}/images`, { method: 'POST', ...sent });
    expect(response.status).toBe(status);
    expect(response.headers.get('content-type')).toBe('application/json');
    expect(await response.json()).toEqual({ message: expect.any(String) as string });
  });

  it.each(['{}', '[]', 'null'])('is refused for %s, which is no input', async (text) => {
    const ims = await startFakeIms();
    expect(await call(ims, 'POST images', JSON.parse(text))).toMatchObject({
      status: 400,
      type: 'application/problem+json',
    });
  });

  it.each(['GET', 'PATCH', 'DELETE'])('that is not there is a 404 for %s, whatever the body', async (method) => {
    const ims = await startFakeIms();
    expect(await call(ims, `${method} images/${UNKNOWN}`)).toMatchObject({
      status: 404,
      type: 'application/problem+json',
    });
  });

  it('goes for good when it is deleted', async () => {
    const ims = await startFakeIms();
    const { id } = (await call(ims, 'POST images', NAMED)).body;
    expect(await call(ims, `DELETE images/${id}`)).toMatchObject({ status: 204, body: undefined });
    expect(await call(ims, `DELETE images/${id}`)).toMatchObject({ status: 404 });
    expect(ims.images()).toEqual([]);
  });
});

describe('metadata', () => {
  const TAGGED = { ...NAMED, metadata: { key: 'ims-job', value: JOB } };

  it('is given as one pair, shown as a word, set and removed', async () => {
    const ims = await startFakeIms();
    const { id } = (await call(ims, 'POST images', TAGGED)).body;
    expect(await call(ims, 'GET images')).toMatchObject({ body: [{ metadata: { 'ims-job': JOB } }] });
    const change = async (metadata: object) => await call(ims, `PATCH images/${id}`, { metadata });
    await change({ operation: 'set', key: 'more', value: 'x' });
    expect(ims.images()).toMatchObject([{ metadata: { 'ims-job': JOB, more: 'x' } }]);
    await change({ operation: 'remove', key: 'ims-job' });
    expect(ims.images()[0]?.metadata).toEqual({ more: 'x' });
    expect(await change({ operation: 'change', key: 'more' })).toMatchObject({ status: 422 });
  });

  it('is an unknown field for a server before 3.24', async () => {
    const ims = await startFakeIms({ olderThan324: true });
    expect(await call(ims, 'POST images', TAGGED)).toMatchObject({
      status: 422,
      body: { errors: { metadata: ['Unknown field.'] } },
    });
    const made = await call(ims, 'POST images', NAMED);
    expect(made.status).toBe(201);
    expect(made.body).not.toHaveProperty('metadata');
  });

  it('is misread by another such server', async () => {
    const ims = await startFakeIms({ metadata: 'misread' });
    expect(await call(ims, 'POST images', TAGGED)).toMatchObject({ status: 201, body: { metadata: TAGGED.metadata } });
  });
});

describe('access', () => {
  it('needs a token that is still valid', async () => {
    const tokens = await startTokenServer({ clientId: 'a', clientSecret: 'b', lifetimeSeconds: 300 });
    const ims = await startFakeIms({ tokens });
    const ask = async () => {
      const body = new URLSearchParams({ grant_type: 'client_credentials' });
      const headers = { Authorization: `Basic ${btoa('a:b')}` };
      await fetch(tokens.url, { method: 'POST', headers, body });
      return { Authorization: `Bearer ${tokens.tokens.at(-1) ?? ''}` };
    };
    const statusWith = async (headers: Record<string, string>) =>
      (await call(ims, 'POST images', NAMED, headers)).status;
    expect(await statusWith({})).toBe(401);
    expect(await statusWith({ Authorization: 'Bearer made-up' })).toBe(401);
    const first = await ask();
    expect(await statusWith(first)).toBe(201);
    tokens.revokeAll();
    expect(await call(ims, 'POST images', NAMED, first)).toMatchObject({
      status: 401,
      type: 'application/problem+json',
    });
    expect(await statusWith(await ask())).toBe(201);
    expect(JSON.stringify(ims.calls)).not.toContain(tokens.tokens[0]);
    expect(ims.images()).toHaveLength(2);
  });

  it('knows the paths with and without the version, and no others', async () => {
    const ims = await startFakeIms();
    expect(await call(ims, 'GET v2/images')).toMatchObject({ status: 200, body: [] });
    expect(await call(ims, 'GET recipes')).toMatchObject({ status: 404, type: 'application/json' });
    expect(await call(ims, 'PUT images', NAMED)).toMatchObject({ status: 405, type: 'application/json' });
    expect(await call(ims, 'DELETE images')).toMatchObject({ status: 405 });
  });

  it('H33 can be had by TLS alone, with a certificate that nobody knows yet', async () => {
    const ims = await startFakeIms({ tls: await createCertificates() });
    expect(ims.url).toMatch(/^https:/);
    await expect(call(ims, 'GET images')).rejects.toThrow('fetch failed');
  });
});

describe('the server', () => {
  it('does one thing at a time, in the order of the requests', async () => {
    const ims = await startFakeIms({ delayMs: 5 });
    const names = ['a', 'b', 'c', 'd'];
    await Promise.all(names.map(async (name) => await call(ims, 'POST images', { name })));
    const times = ims.calls.map(({ at }) => at);
    expect(times).toEqual(times.toSorted((one, other) => one - other));
    expect((times.at(-1) ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(10);
  });

  it('keeps what it was asked and what it answered', async () => {
    const ims = await startFakeIms();
    await call(ims, 'POST images', NAMED);
    await call(ims, `GET jobs/${UNKNOWN}`);
    expect(ims.calls).toMatchObject([
      { method: 'POST', path: '/images', body: NAMED, status: 201 },
      { method: 'GET', path: `/jobs/${UNKNOWN}`, body: '', status: 404 },
    ]);
  });

  it('refuses connections while it is away, and is the same when it is back', async () => {
    const ims = await startFakeIms();
    const made = await call(ims, 'POST images', NAMED);
    await ims.pause();
    await expect(call(ims, 'GET images')).rejects.toThrow('fetch failed');
    await ims.resume();
    expect(await call(ims, 'GET images')).toMatchObject({ body: [made.body] });
  });

  it('answers nothing while it is silent, and never carries out what it was asked then', async () => {
    const ims = await startFakeIms();
    await ims.pause('silent');
    const waiting = call(ims, 'POST images', NAMED);
    const outcome = expect(waiting).rejects.toThrow('fetch failed');
    await eventually(() => ims.held() === 1);
    await expect(call(ims, 'GET images', undefined, {}, AbortSignal.timeout(20))).rejects.toThrow('timeout');
    await ims.resume();
    await outcome;
    expect(await call(ims, 'GET images')).toMatchObject({ body: [] });
  });

  it('drops what waits its turn when it goes away', async () => {
    const ims = await startFakeIms({ delayMs: 60_000 });
    const waiting = [call(ims, 'POST images', NAMED), call(ims, 'POST images', NAMED)];
    const outcomes = Promise.allSettled(waiting);
    await eventually(() => ims.busy === 2);
    await ims.pause();
    expect(await outcomes).toMatchObject([{ status: 'rejected' }, { status: 'rejected' }]);
    expect(ims.images()).toEqual([]);
  });
});
