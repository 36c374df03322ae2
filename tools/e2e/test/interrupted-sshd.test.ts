// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { afterEach, describe, expect, it } from 'vitest';

import { cleanUp, signalTo } from '@ims/testing';

import { complete, flagIn } from './support/finish.ts';
import { makeGate } from './support/gate.ts';
import { createJob } from './support/job.ts';
import { entered, openPair, pairOf, startPair, type Pair } from './support/pair.ts';

afterEach(cleanUp);

/** A pod has 30 s of grace; this is far below it and far above what a busy machine takes. */
const BOUND_MS = 20_000;

async function interruptSshd(pair: Pair): Promise<void> {
  const asked = performance.now();
  await pair.containers.sshd.signal('SIGTERM');
  expect(await pair.containers.sshd.ended).toEqual({ code: 143, signal: null });
  expect(performance.now() - asked).toBeLessThan(BOUND_MS);
}

async function agentIsInterrupted(pair: Pair): Promise<void> {
  expect((await pair.containers.agent.ended).code).toBe(143);
  const { phase, reason, message } = await pair.status();
  expect({ phase, reason }).toEqual({ phase: 'Interrupted', reason: 'Interrupted' });
  expect(message).toContain('a signal stopped the sshd container');
}

async function finishAgain(pair: Pair, sshdEnv: Record<string, string> = {}): Promise<void> {
  pair.restart('sshd', sshdEnv);
  pair.restart('agent');
  await pair.opened();
  await complete(pair);
}

describe('H6 a SIGTERM to the sshd container ends it with 143, the agent with a reason, and can be resumed', () => {
  it('before the agent has prepared the image', async () => {
    const job = await createJob({ jailed: true });
    const pair = pairOf(job, { agent: 'later' });
    await pair.sshd.waitForLine(entered('AwaitingReady'));
    await interruptSshd(pair);
    await finishAgain(pair);
  });

  it('while it opens the door', async () => {
    const pair = await startPair({ jailed: true });
    await pair.sshd.waitForLine('sshd listens');
    await interruptSshd(pair);
    await agentIsInterrupted(pair);
    await finishAgain(pair);
  });

  it('while the customization script runs', async () => {
    const gate = await makeGate(':');
    const pair = await startPair({ sshdEnv: { CUSTOMIZATION_SCRIPT: gate.script } });
    await pair.sshd.waitForLine(entered('Customizing'));
    await interruptSshd(pair);
    await agentIsInterrupted(pair);
    await finishAgain(pair, { CUSTOMIZATION_SCRIPT: '' });
  });

  it.each([{ jailed: true }, { jailed: false }])('while the user works, jailed: $jailed', async (options) => {
    const pair = await openPair(options);
    const shell = pair.login();
    shell.type('echo here-$((40 + 2))\n');
    await shell.waitFor('here-42');
    await interruptSshd(pair);
    expect(await shell.ended).not.toBe(0);
    await agentIsInterrupted(pair);
    await finishAgain(pair);
  });

  it('while it asks an agent that does not answer', async () => {
    const pair = await openPair();
    signalTo(pair.agent.pid, 'SIGSTOP');
    await pair.ssh(`touch ${flagIn(pair, 'complete')}`);
    await pair.sshd.waitForLine(entered('Asking'));
    await interruptSshd(pair);
    signalTo(pair.agent.pid, 'SIGCONT');
    // The user's word stands, so that a second start of the agent alone goes on from it.
    await agentIsInterrupted(pair);
    pair.restart('agent');
    expect((await pair.containers.agent.ended).code).toBe(0);
    expect((await pair.status()).phase).toBe('Succeeded');
  });

  it('while it ends the processes of the user: they are still ended before it says so', async () => {
    const pair = await openPair();
    const stubborn = pair.login(`sh -c "trap '' HUP TERM; echo stays; while :; do sleep 1; done"`);
    await stubborn.waitFor('stays');
    const closing = pair.sshd.waitForLine(entered('Closing'));
    await pair.ssh(`touch ${flagIn(pair, 'complete')}`);
    await closing;
    const asked = performance.now();
    await pair.containers.sshd.signal('SIGTERM');
    // It is on its way out already and gets there: what the user said holds.
    expect((await pair.containers.sshd.ended).code).toBe(0);
    expect(performance.now() - asked).toBeLessThan(BOUND_MS);
    expect((await pair.containers.agent.ended).code).toBe(0);
    expect((await pair.status()).phase).toBe('Succeeded');
  });
});
