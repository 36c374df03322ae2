// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { readFile } from 'node:fs/promises';

import { cleanUp, signalTo, type LogLine, type Program } from '@ims/testing';
import { afterAll, describe, expect, test } from 'vitest';

import { startIsolated, startPlain } from '../support/container.ts';
import { complete } from '../support/finish.ts';
import { createJob } from '../support/job.ts';
import { entered, openPair, type Pair } from '../support/pair.ts';

/** What H5 promises, in milliseconds. */
const NOTICED_WITHIN_MS = 40_000;

const SLOW = { timeout: 180_000 };

afterAll(cleanUp, 60_000);

describe.concurrent('H5 the death of a half', () => {
  test('is noticed by the sshd container, which ends its sessions; the job can be resumed', SLOW, async () => {
    const pair = await openPair({ jailed: true });
    const user = pair.login();
    user.type('echo in-$((40+2))\n');
    await user.waitFor('in-42');
    const died = Date.now();
    pair.agent.kill('SIGKILL');
    expect((await pair.sshd.ended).code, everythingSaid(pair)).toBe(21);
    expect(timeOf(await pair.sshd.waitForLine(entered('Closing'))) - died).toBeLessThan(NOTICED_WITHIN_MS);
    await user.ended;
    expect(await readFile(pair.volume.sentinel('exiting'), 'utf8')).toMatch(/^peer-lost\nPeerLost\n.*heartbeat/);
    await resume(pair);
  });

  test('is noticed by the agent; the job can be resumed', SLOW, async () => {
    const pair = await openPair({ jailed: true });
    const died = Date.now();
    pair.sshd.kill('SIGKILL');
    expect((await pair.agent.ended).code, everythingSaid(pair)).toBe(21);
    const last = await pair.agent.waitForLine(entered('Failed'));
    expect(timeOf(last) - died).toBeLessThan(NOTICED_WITHIN_MS);
    expect(last).toMatchObject({ reason: 'PeerLost' });
    expect(await termination(pair)).toMatchObject({ phase: 'Failed', reason: 'PeerLost' });
    await resume(pair);
  });

  test('is noticed by an sshd container that started after it', SLOW, async () => {
    const pair = await openPair({ jailed: true });
    pair.agent.kill('SIGKILL');
    pair.sshd.kill('SIGKILL');
    await Promise.all([pair.agent.ended, pair.sshd.ended]);
    pair.restart('sshd');
    expect((await pair.sshd.ended).code, everythingSaid(pair)).toBe(21);
    await resume(pair);
  });
});

describe.concurrent('H5 a half that stands still', () => {
  test('as agent is given up, and gives up when it moves again', SLOW, async () => {
    const pair = await openPair({ jailed: true });
    signalTo(pair.agent.pid, 'SIGSTOP');
    expect((await pair.sshd.ended).code, everythingSaid(pair)).toBe(21);
    signalTo(pair.agent.pid, 'SIGCONT');
    expect((await pair.agent.ended).code, everythingSaid(pair)).toBe(21);
  });

  test('as sshd container is given up, and gives up when it moves again', SLOW, async () => {
    const pair = await openPair({ jailed: true });
    const pid = await pair.containers.sshd.pid();
    signalTo(pid, 'SIGSTOP');
    expect((await pair.agent.ended).code, everythingSaid(pair)).toBe(21);
    signalTo(pid, 'SIGCONT');
    expect((await pair.sshd.ended).code, everythingSaid(pair)).toBe(21);
  });
});

describe.concurrent('H5 a half that never appears', () => {
  test('is no lost one for the sshd container', SLOW, async () => {
    const job = await createJob({ jailed: true });
    const { program } = startIsolated({ app: 'sshd', args: ['run'], env: { ...job.sshdEnv, IMS_PEER_TIMEOUT: '1' } });
    expect((await program.ended).code, said(program)).toBe(20);
    expect(said(program)).toContain('no heartbeat from the agent within 1 s');
  });

  test('is no lost one for the agent', SLOW, async () => {
    const job = await createJob({ jailed: true });
    const { program } = startPlain({ app: 'agent', args: ['run'], env: { ...job.agentEnv, IMS_PEER_TIMEOUT: '2' } });
    expect((await program.ended).code, said(program)).toBe(20);
    expect(await program.waitForLine(entered('Failed'))).toMatchObject({ reason: 'PeerNeverAppeared' });
    expect(said(program)).toContain('no heartbeat and no ssh banner from the sshd container within 2 s');
  });
});

/** Starts both again; the job then ends well. */
async function resume(pair: Pair): Promise<void> {
  pair.restart('agent');
  pair.restart('sshd');
  await pair.opened();
  await complete(pair);
}

async function termination(pair: Pair): Promise<unknown> {
  return JSON.parse(await readFile(pair.job.terminationLog, 'utf8'));
}

function timeOf(line: LogLine): number {
  return Date.parse(String(line['time']));
}

function said(program: Program): string {
  return program.stdout + program.stderr;
}

function everythingSaid(pair: Pair): string {
  return `${said(pair.agent)}\n${said(pair.sshd)}`;
}
