// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { cleanUp, runProgram } from '@ims/testing';
import { afterAll, describe, expect, test } from 'vitest';

import { entered, startPair, type Pair } from '../support/pair.ts';
import { isOpen, kill, workAndComplete } from './kill-and-restart.ts';
import type { Half } from './moments.ts';
import { everythingSaid, expectPublishedOnce } from './outcome.ts';

const BOTH = ['agent', 'sshd'] as const;
/** Both are started again in either order, the second only when the first has begun to wait for it. */
const ORDERS: readonly (readonly [Half, Half])[] = [
  ['agent', 'sshd'],
  ['sshd', 'agent'],
];

afterAll(cleanUp, 60_000);

describe.concurrent('H6 a job that a signal has stopped', () => {
  test.for(ORDERS)('with its user in the shell goes on: %s first, then %s', { timeout: 120_000 }, async (order) => {
    const pair = await startPair({ jailed: true });
    await isOpen(pair);
    const ends = await interrupt(pair, 'agent');
    expect(ends, everythingSaid(pair)).toEqual({ agent: 143, sshd: 21 });
    await restartInOrder(pair, order);
    await finish(pair);
  });

  test('whose sshd container was stopped ends as interrupted and goes on', { timeout: 120_000 }, async () => {
    const pair = await startPair({ jailed: true });
    await isOpen(pair);
    const ends = await interrupt(pair, 'sshd');
    expect(ends, everythingSaid(pair)).toEqual({ agent: 143, sshd: 143 });
    await restartInOrder(pair, ['sshd', 'agent']);
    await finish(pair);
  });

  test.for(ORDERS)(
    'whose user was done by then needs no shell again: %s first, then %s',
    { timeout: 120_000 },
    async (order) => {
      const pair = await startPair({ jailed: true });
      await isOpen(pair);
      // One of the two that is stopped answers no more: what the user says is obeyed by the next pod.
      await pair.containers.agent.signal('SIGSTOP');
      await workAndComplete(pair);
      await pair.containers.sshd.signal('SIGTERM');
      expect((await pair.sshd.ended).code, everythingSaid(pair)).toBe(143);
      await kill(pair, 'agent');
      await restartInOrder(pair, order);
      await published(pair);
    },
  );

  test('while it packs goes on without a shell', { timeout: 120_000 }, async () => {
    const pair = await startPair({ jailed: true });
    const packing = pair.agent.waitForLine(entered('Packaging'));
    await workAndComplete(pair);
    await packing;
    const ends = await interrupt(pair, 'agent');
    expect(ends, everythingSaid(pair)).toEqual({ agent: 143, sshd: 0 });
    const resumed = await runProgram({ app: 'agent', args: ['resume'], env: pair.job.agentEnv });
    expect(resumed.end, resumed.stdout).toEqual({ code: 0, signal: null });
    await expectPublishedOnce(pair);
  });

  test('whose agent is resumed at once, its shell still closing, goes on', { timeout: 120_000 }, async () => {
    const pair = await startPair({ jailed: true });
    await isOpen(pair);
    // Somebody who does not leave when asked: closing takes its time.
    const lingering = pair.login("trap '' HUP TERM; echo here; while :; do sleep 1; done");
    await lingering.waitFor('here');
    await pair.containers.agent.signal('SIGTERM');
    expect((await pair.agent.ended).code).toBe(143);
    pair.restart('agent');
    expect((await pair.sshd.ended).code, everythingSaid(pair)).toBe(21);
    pair.restart('sshd');
    await finish(pair);
  });
});

describe.concurrent('H10 a job that was given up because its image lacks something', () => {
  test('is mended in the shell of its next start', { timeout: 120_000 }, async () => {
    const pair = await startPair({ jailed: true });
    await isOpen(pair);
    await pair.ssh('mv /boot/vmlinuz /boot/away; touch /tmp/complete');
    expect(await pair.ends(), everythingSaid(pair)).toEqual({ agent: 30, sshd: 30 });
    await restartInOrder(pair, ['agent', 'sshd']);
    await isOpen(pair);
    expect(await pair.ssh('mv /boot/away /boot/vmlinuz')).toMatchObject({ code: 0 });
    await finish(pair);
  });
});

describe.concurrent('H39 a shell whose container is gone', () => {
  test('is not called open by an agent that finds its door open', { timeout: 120_000 }, async () => {
    const pair = await startPair({ jailed: true });
    await isOpen(pair);
    for (const half of BOTH) await kill(pair, half);
    pair.restart('agent', { IMS_PEER_TIMEOUT: '2' });
    expect((await pair.agent.ended).code, everythingSaid(pair)).toBe(20);
    expect(pair.agent.lines.some(entered('WaitingOnUser'))).toBe(false);
    await restartInOrder(pair, ['agent', 'sshd']);
    await finish(pair);
  });
});

async function interrupt(pair: Pair, half: Half): ReturnType<Pair['ends']> {
  await pair.containers[half].signal('SIGTERM');
  return await pair.ends();
}

async function restartInOrder(pair: Pair, [first, second]: readonly [Half, Half]): Promise<void> {
  pair.restart(first);
  await pair[first].waitForLine(entered(first === 'agent' ? 'Starting' : 'AwaitingReady'));
  pair.restart(second);
}

async function finish(pair: Pair): Promise<void> {
  await workAndComplete(pair);
  await published(pair);
}

async function published(pair: Pair): Promise<void> {
  expect(await pair.ends(), everythingSaid(pair)).toEqual({ agent: 0, sshd: 0 });
  await expectPublishedOnce(pair);
}
