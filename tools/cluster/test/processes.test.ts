// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';

import { cleanUp, eventually, isRunning, onCleanup, processesUnder, temporaryDirectory } from '@ims/testing';
import { afterEach, describe, expect, it } from 'vitest';

import { layoutOf } from '../src/layout.ts';
import { alone } from '../src/lock.ts';
import { endProcess, expectRunning, pidOf, stopDaemon } from '../src/processes.ts';

afterEach(cleanUp);

async function startSleep(): Promise<number> {
  const child = spawn('sleep', ['600'], { stdio: 'ignore' });
  const ended = once(child, 'exit');
  onCleanup(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  await once(child, 'spawn');
  return child.pid ?? 0;
}

describe('a program of the cluster', () => {
  it('is not taken for another process that has got its number, and that one is left alone', async () => {
    const layout = layoutOf({ IMS_TEST_CLUSTER_STATE: `${await temporaryDirectory('cluster')}/state` });
    const pid = await startSleep();
    await mkdir(layout.pids, { recursive: true });
    await writeFile(`${layout.pids}/etcd.json`, JSON.stringify({ pid, startedAt: '1' }));
    expect(await pidOf(layout, 'etcd')).toBeUndefined();
    await stopDaemon(layout, 'etcd', 'SIGKILL');
    expect(await isRunning(pid)).toBe(true);
  });

  it('has ended when it is said to have ended', async () => {
    const pid = await startSleep();
    await endProcess(pid, 'SIGTERM');
    expect(await isRunning(pid)).toBe(false);
  });

  it('that has ended too early is told with its last words', async () => {
    const layout = layoutOf({ IMS_TEST_CLUSTER_STATE: `${await temporaryDirectory('cluster')}/state` });
    await mkdir(layout.logs, { recursive: true });
    await writeFile(`${layout.logs}/etcd.log`, 'bind: address already in use\n');
    await expect(expectRunning(layout, 'etcd')).rejects.toThrow(/etcd has ended.*\nbind: address already in use/);
  });
});

describe('whoever changes the cluster', () => {
  it('does it alone', async () => {
    const layout = layoutOf({ IMS_TEST_CLUSTER_STATE: `${await temporaryDirectory('cluster')}/state` });
    const order: string[] = [];
    const first = Promise.withResolvers<undefined>();
    const held = Promise.withResolvers<undefined>();
    const one = alone(layout, async () => {
      held.resolve(undefined);
      await first.promise;
      order.push('first');
    });
    await held.promise;
    const two = alone(layout, async () => order.push('second'));
    const waiting = async () =>
      (await processesUnder(layout.lock)).filter(({ command }) => command.startsWith('flock'));
    await eventually(async () => (await waiting()).length === 2);
    first.resolve(undefined);
    await Promise.all([one, two]);
    expect(order).toEqual(['first', 'second']);
  });

  it('frees the place also when it fails', async () => {
    const layout = layoutOf({ IMS_TEST_CLUSTER_STATE: `${await temporaryDirectory('cluster')}/state` });
    await expect(alone(layout, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await alone(layout, async () => 'free')).toBe('free');
  });
});
