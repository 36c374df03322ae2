// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { writeFile } from 'node:fs/promises';
import { afterEach, describe, expect, it } from 'vitest';

import { cleanUp, spawnProgram, type Program } from '@ims/testing';

import { flagIn } from '../support/finish.ts';
import { enlarge } from '../support/large-image.ts';
import type { Job } from '../support/job.ts';
import { pairOf, type Pair } from '../support/pair.ts';
import { startWorld } from '../support/world.ts';
import { commission } from './base-image.ts';
import { expectPublished } from './outcome.ts';
import { commandLines, environmentsBelow, filesBelow, finds, secretsOf, type Sight } from './sight.ts';

afterEach(cleanUp);

const LOUD = { LOG_LEVEL: 'DEBUG', IMS_STALL_TIMEOUT: '1' };

/** Everything on disk that is of the job. */
async function filesOf({ volume }: Job): Promise<Sight> {
  return await filesBelow(volume.parent, volume.config, volume.scratch);
}

function logsOf(programs: Readonly<Record<string, Program>>): Sight {
  return new Map(Object.entries(programs).map(([name, { stdout, stderr }]) => [`log of ${name}`, stdout + stderr]));
}

/** Looks everywhere where a user of the shell, of the node or of kubectl could. */
async function lookAround(pair: Pair): Promise<readonly Sight[]> {
  return [
    await filesOf(pair.job),
    await commandLines(),
    await environmentsBelow(pair.sshd.pid),
    logsOf({ agent: pair.agent, sshd: pair.sshd }),
  ];
}

/** A login that stays, so that a shell and its server are there to be seen. */
async function stayLoggedIn(pair: Pair, command: string): Promise<void> {
  await pair.login(command).waitFor('here');
}

describe.each([{ tls: false }, { tls: true }])('H34 a whole job, looked at from all sides (TLS: $tls)', ({ tls }) => {
  it('shows no key, token, client secret or signature: not in a log, a file, a command line, nor to the shell', async () => {
    const world = await startWorld({ tls });
    const { job, base } = await commission(world, async (volume) => await enlarge(volume, 10));
    const address = await world.presign(base.key);
    const env = { ...job.agentEnv, ...LOUD };
    const fetched = world.proxies.s3.on({
      fault: 'stall',
      when: 'response',
      method: 'GET',
      path: /\/rootfs/,
      times: 1,
    });
    const prepare = spawnProgram({ app: 'agent', args: ['prepare', job.volume.parent, address], env });
    await fetched.hit;
    expect(finds(secretsOf(world, address), await filesOf(job), await commandLines())).toEqual([]);
    expect((await prepare.ended).code).toBe(0);
    const loud = { agentEnv: env, sshdEnv: { ...job.sshdEnv, ...LOUD } };
    const pair = pairOf({ ...job, ...loud });
    await pair.opened();
    await stayLoggedIn(pair, 'echo here; read line');
    expect(finds(secretsOf(world, address), ...(await lookAround(pair)))).toEqual([]);
    const sent = world.proxies.s3.on({ fault: 'stall', when: 'during', method: 'PUT', path: /\/rootfs/, times: 1 });
    await pair.ssh(`touch ${flagIn(pair, 'complete')}`);
    await sent.hit;
    expect(finds(secretsOf(world, address), ...(await lookAround(pair)))).toEqual([]);
    expect(await pair.ends()).toEqual({ agent: 0, sshd: 0 });
    await expectPublished(world, job, [base.key]);
    const afterwards = [await filesOf(job), logsOf({ prepare, agent: pair.agent, sshd: pair.sshd })];
    expect(finds(secretsOf(world, address), ...afterwards)).toEqual([]);
    // There was something to be found: what is looked for was used.
    expect(world.tokens.tokens.length).toBeGreaterThan(0);
  });
});

describe('H34 a job that fails, looked at from all sides', () => {
  it.each([
    { what: 'every call to the store', proxy: 's3', fault: '503' },
    { what: 'every call to the token server', proxy: 'tokens', fault: '500' },
    { what: 'every call to IMS', proxy: 'ims', fault: 'half-close' },
  ] as const)('shows no secret in what it says of $what', async ({ proxy, fault }) => {
    const world = await startWorld();
    world.proxies[proxy].on({ fault });
    const bounds = { IMS_RETRY_TIMEOUT: '1', IMS_OUTBOX_TIMEOUT: '1', IMS_CALL_TIMEOUT: '1' };
    const pair = await world.startPair({ action: 'create', agentEnv: { ...LOUD, ...bounds } });
    expect((await pair.ends()).agent).toBeGreaterThan(39);
    const secrets = [...world.secrets(), world.objects.accessKey];
    expect(finds(secrets, await filesOf(pair.job), logsOf({ agent: pair.agent, sshd: pair.sshd }))).toEqual([]);
  });
});

describe('the look itself', () => {
  it('finds a secret that was planted: in a file, an environment, a command line and a log', async () => {
    const world = await startWorld();
    const pair = await world.startPair();
    await pair.opened();
    const secret = world.objects.secretKey;
    expect(finds([secret], ...(await lookAround(pair)))).toEqual([]);
    const planted = `${pair.volume.layout.private}/planted`;
    await writeFile(planted, `{"key":"${secret}"}`);
    await stayLoggedIn(
      pair,
      `PLANTED=${secret} ${pair.volume.imageRoot}/bin/busybox sh -c 'echo here; read line' ${secret}`,
    );
    const [files, lines, environments] = await lookAround(pair);
    for (const sight of [files, lines, environments]) expect(finds([secret], sight ?? new Map())).not.toEqual([]);
    expect(finds([secret], files ?? new Map())).toEqual([planted]);
    expect(finds([secret], new Map([['log', `{"msg":"with ${secret}"}`]]))).toEqual(['log']);
  });

  it.each([
    ['in the header of Basic authentication', (text: string) => btoa(`admin-client:${text}`)],
    ['behind another name in it', (text: string) => btoa(`client:${text}`)],
    ['behind a third one', (text: string) => btoa(`id:${text}`)],
    ['as the value of a Secret', btoa],
    ['in base64 of an address', (text: string) => Buffer.from(`x${text}y`).toString('base64url')],
    ['in an address', encodeURIComponent],
    ['in JSON', (text: string) => JSON.stringify({ text })],
    ['in JSON of kubectl', (text: string) => JSON.stringify({ text }).replaceAll('&', '\\u0026')],
  ])('finds one that stands there %s', (_where, disguise) => {
    const secret = 'a?b&"c/d+e=planted';
    expect(finds([secret], new Map([['log', `{"msg":"with ${disguise(secret)}"}`]]))).toEqual(['log']);
    expect(finds([secret], new Map([['log', `{"msg":"with ${disguise('another')}"}`]]))).toEqual([]);
  });
});
