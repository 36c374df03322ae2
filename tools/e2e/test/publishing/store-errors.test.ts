// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { access } from 'node:fs/promises';
import { afterEach, describe, expect, it } from 'vitest';

import { cleanUp, runProgram } from '@ims/testing';

import { complete, flagIn } from '../support/finish.ts';
import { enlarge } from '../support/large-image.ts';
import type { Pair } from '../support/pair.ts';
import { startWorld, type World } from '../support/world.ts';
import { onlyRecord } from './download.ts';
import { expectNothingOutside, expectPublished } from './outcome.ts';

afterEach(cleanUp);

async function openLarge(world: World, agentEnv: Record<string, string> = {}): Promise<Pair> {
  const pair = await world.startPair({ agentEnv, prepare: async (volume) => await enlarge(volume, 12) });
  await pair.opened();
  return pair;
}

/** Resumes by hand, with everything as it should be. */
async function resume(pair: Pair): Promise<number | null> {
  const env = { ...pair.job.agentEnv, IMS_RETRY_TIMEOUT: '60' };
  return (await runProgram({ app: 'agent', args: ['resume', pair.volume.parent], env })).end.code;
}

describe('H12 a store that refuses for good', () => {
  it.each<{ how: string; agentEnv: Record<string, string>; says: RegExp }>([
    {
      how: 'no such bucket',
      agentEnv: { IMS_STORE: 's3://not-there', S3_BUCKET: 'not-there' },
      says: /no such bucket/,
    },
    { how: 'a wrong secret key', agentEnv: { S3_SECRET_KEY: 'not-the-secret' }, says: /secret key is not the one/ },
    { how: 'an unknown access key', agentEnv: { S3_ACCESS_KEY: 'nobody' }, says: /does not know the access key/ },
  ])('is found out before anybody works: $how', async ({ agentEnv, says }) => {
    const world = await startWorld();
    const pair = await world.startPair({ agentEnv });
    expect(await pair.ends()).toEqual({ agent: 43, sshd: 21 });
    const { reason, message, history } = await pair.status();
    expect(reason).toBe('StoreRefused');
    expect(message).toMatch(says);
    expect(history.map(([phase]) => phase)).toEqual(['Starting', 'Failed']);
    await expectNothingOutside(world, pair.job);
  });

  it('during the upload ends the job at once, takes back what it has stored, and is resumed when it is mended', async () => {
    const world = await startWorld();
    const pair = await openLarge(world);
    const refused = world.proxies.s3.on({ fault: '403', method: 'PUT', path: /\/rootfs/ });
    await pair.ssh(`touch ${flagIn(pair, 'complete')}`);
    expect(await pair.ends()).toEqual({ agent: 43, sshd: 0 });
    expect((await pair.status()).reason).toBe('StoreRefused');
    // Parts that were on their way meet it too; a refusal may mean that payloads have to be signed, which is tried once.
    const parts = world.proxies.s3.requests
      .filter(({ fault }) => fault === '403')
      .map(({ query, headers }) => `${query} ${String(headers['x-amz-content-sha256'])}`);
    expect(new Set(parts).size).toBe(parts.length);
    await expectNothingOutside(world, pair.job);
    await access(pair.volume.layout.archive);
    refused.lift();
    expect(await resume(pair)).toBe(0);
    await expectPublished(world, pair.job);
  });
});

describe('H12 a store that fails for now', () => {
  it('gets each object again, whatever happens to it, and holds the right ones in the end', async () => {
    const world = await startWorld();
    const pair = await openLarge(world, { IMS_STALL_TIMEOUT: '2' });
    const { s3 } = world.proxies;
    const rules = [
      s3.on({ fault: '500', method: 'PUT', path: /\/kernel/, times: 2 }),
      s3.on({ fault: '503', retryAfter: 1, method: 'PUT', path: /\/initrd/, times: 1 }),
      s3.on({ fault: 'lying-200', method: 'PUT', path: /\/boot_parameters/, times: 1 }),
      s3.on({ fault: 'reset', when: 'during', method: 'PUT', path: /\/rootfs.*partNumber=1\b/, times: 1 }),
      s3.on({ fault: 'stall', when: 'during', method: 'PUT', path: /\/rootfs.*partNumber=2\b/, times: 1 }),
      s3.on({ fault: 'reset', when: 'after', method: 'POST', path: /\/rootfs\?.*uploadId/, times: 1 }),
      s3.on({ fault: 'truncated-body', method: 'HEAD', path: /\/initrd/, times: 1 }),
      s3.on({ fault: 'half-close', method: 'PUT', path: /\/manifest\.json/, times: 1 }),
    ];
    await complete(pair);
    expect(rules.map(({ hits }) => hits)).toEqual([2, 1, 1, 1, 1, 1, 1, 1]);
    await expectPublished(world, pair.job);
    const manifest = onlyRecord(world).link?.path ?? '';
    const verified = await runProgram({ app: 'agent', args: ['verify', manifest], env: world.agentEnv });
    expect(verified.end.code).toBe(0);
  });

  it.each<{ fault: '503' | 'stall'; stall: string; code: number; reason: string }>([
    { fault: '503', stall: '20', code: 40, reason: 'StoreUnavailable' },
    { fault: 'stall', stall: '2', code: 44, reason: 'TransferStalled' },
  ])('is given up after a bound ($fault), everything is kept, and resume publishes it once', async (row) => {
    const world = await startWorld();
    const pair = await openLarge(world, { IMS_RETRY_TIMEOUT: '1', IMS_STALL_TIMEOUT: row.stall });
    const rule = world.proxies.s3.on({ fault: row.fault, method: 'PUT', path: /\/rootfs/ });
    await pair.ssh(`touch ${flagIn(pair, 'complete')}`);
    expect((await pair.ends()).agent).toBe(row.code);
    expect((await pair.status()).reason).toBe(row.reason);
    const { id } = onlyRecord(world);
    rule.lift();
    expect(await resume(pair)).toBe(0);
    expect(onlyRecord(world).id).toBe(id);
    await expectPublished(world, pair.job);
  });
});

/** IMS cannot be told either, and nobody waits long for that. */
const UNTRUSTED = { CA_CERT: '', IMS_OUTBOX_TIMEOUT: '5' };

describe('H33 a server whose certificate nobody vouches for', () => {
  it('is no store: the job ends before anybody works', async () => {
    const world = await startWorld({ tls: true });
    const pair = await world.startPair({ agentEnv: { ...UNTRUSTED, S3_SSL_VALIDATE: '' } });
    expect((await pair.ends()).agent).toBe(43);
    expect((await pair.status()).message).toMatch(/certificate/);
    expect(world.proxies.s3.requests).toEqual([]);
    expect(world.tokens.requests).toEqual([]);
  });

  it('gives no token: the image is packed and kept, and no secret has left', async () => {
    const world = await startWorld({ tls: true });
    const pair = await world.startPair({ action: 'create', agentEnv: UNTRUSTED });
    expect((await pair.ends()).agent).toBe(53);
    expect((await pair.status()).message).toMatch(/certificate/);
    expect([...world.tokens.requests, ...world.ims.calls]).toEqual([]);
    pair.restart('agent', { CA_CERT: world.agentEnv['CA_CERT'] ?? '', IMS_OUTBOX_TIMEOUT: '60' });
    expect((await pair.containers.agent.ended).code).toBe(0);
    await expectPublished(world, pair.job);
  });

  it('is a store when somebody says so in so many words, and the log warns of it', async () => {
    const world = await startWorld({ tls: true });
    const pair = await world.startPair({ action: 'create', agentEnv: { S3_SSL_VALIDATE: 'false' } });
    expect((await pair.ends()).agent).toBe(0);
    const warnings = pair.agent.lines.filter(({ level }) => level === 'warn').map(({ msg }) => msg);
    expect(warnings).toContainEqual(expect.stringMatching(/S3_SSL_VALIDATE switches the check/));
    await expectPublished(world, pair.job);
  });
});
