// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { readFile } from 'node:fs/promises';
import { afterEach, describe, expect, it } from 'vitest';

import type { Phase } from '@ims/contract';
import { cleanUp, runProgram } from '@ims/testing';

import { complete, flagIn } from './support/finish.ts';
import { createJob } from './support/job.ts';
import { enlarge } from './support/large-image.ts';
import { entered, openPair, pairOf, startPair, type Pair } from './support/pair.ts';
import { publishedImage } from './support/published.ts';

afterEach(cleanUp);

/** A pod has 30 s of grace; this is far below it and far above what a busy machine takes. */
const BOUND_MS = 20_000;

async function interruptAgent(pair: Pair): Promise<void> {
  const asked = performance.now();
  await pair.containers.agent.signal('SIGTERM');
  expect(await pair.containers.agent.ended).toEqual({ code: 143, signal: null });
  expect(performance.now() - asked).toBeLessThan(BOUND_MS);
  const { phase, reason, message } = await pair.status();
  expect(phase).toBe('Interrupted');
  expect(reason).toBe('Interrupted');
  expect(message).toContain('a signal stopped the agent');
  expect(message).toContain('resume the job as long as its volume is there');
  expect(JSON.parse(await readFile(pair.job.terminationLog, 'utf8'))).toMatchObject({ phase: 'Interrupted' });
}

async function finishAgain(pair: Pair): Promise<void> {
  pair.restart('sshd');
  pair.restart('agent');
  await pair.opened();
  await complete(pair);
  expect((await publishedImage(pair.job)).record.link).not.toBeNull();
}

describe('H6 a SIGTERM to the agent ends it with 143 and a status, and a second start finishes the job', () => {
  it('before the sshd container has shown itself', async () => {
    const job = await createJob({ jailed: true });
    const pair = pairOf(job, { sshd: 'later' });
    await pair.agent.waitForLine('may log in');
    await interruptAgent(pair);
    await finishAgain(pair);
  });

  it('while the user works: the sshd container ends too, and says why', async () => {
    const pair = await openPair({ jailed: true });
    await pair.ssh('echo kept > /root/kept');
    await interruptAgent(pair);
    expect((await pair.containers.sshd.ended).code).toBe(21);
    expect(pair.sshd.lines.find(({ level }) => level === 'error')).toMatchObject({ err: { reason: 'PeerLost' } });
    await finishAgain(pair);
    expect(await readFile(`${pair.volume.imageRoot}/root/kept`, 'utf8')).toBe('kept\n');
  });

  it.each<{ phase: Phase; slow: Record<string, string> }>([
    { phase: 'Packaging', slow: { IMS_SQUASHFS_COMPRESSION: 'xz' } },
    { phase: 'Uploading', slow: {} },
  ])('during $phase, when the shell is gone: the agent alone finishes what the user has said', async (row) => {
    const prepare = async (volume: Pair['volume']): Promise<void> => await enlarge(volume, 48);
    const pair = await startPair({ prepare, agentEnv: row.slow });
    await pair.opened();
    const reached = pair.agent.waitForLine(entered(row.phase)).then(async () => await interruptAgent(pair));
    await pair.ssh(`touch ${flagIn(pair, 'complete')}`);
    await reached;
    expect((await pair.containers.sshd.ended).code).toBe(0);
    const env = { ...pair.job.agentEnv, IMS_SQUASHFS_COMPRESSION: 'zstd', IMAGE_ROOT_PARENT: '' };
    const { end } = await runProgram({ app: 'agent', args: ['resume', pair.volume.parent], env });
    expect(end.code).toBe(0);
    expect((await pair.status()).phase).toBe('Succeeded');
    expect((await publishedImage(pair.job)).record.link).not.toBeNull();
  });

  it('while it waits for the processes of the user to end', async () => {
    const pair = await openPair();
    // A process that only SIGKILL ends leaves time between the verdict and the end of the session.
    const stubborn = pair.login(`sh -c "trap '' HUP TERM; echo stays; while :; do sleep 1; done"`);
    await stubborn.waitFor('stays');
    const reached = pair.sshd.waitForLine(entered('Closing')).then(async () => await interruptAgent(pair));
    await pair.ssh(`touch ${flagIn(pair, 'complete')}`);
    await reached;
    expect((await pair.containers.sshd.ended).code).toBe(0);
    pair.restart('agent');
    expect((await pair.containers.agent.ended).code).toBe(0);
    expect((await pair.status()).phase).toBe('Succeeded');
  });
});
