// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { connect, type Socket } from 'node:net';
import { writeFile } from 'node:fs/promises';
import { afterEach, describe, expect, it } from 'vitest';

import type { Outcome } from '@ims/runtime';
import { cleanUp, eventually, onCleanup } from '@ims/testing';

import { createTestDoor, textOf, type TestDoor } from './support/test-door.ts';

afterEach(cleanUp);

const never = new AbortController().signal;

/** Somebody without a key who holds so many connections to a port open, and takes a new one for each that is closed. */
function flood(port: number, count: number): { readonly open: () => number; readonly end: () => void } {
  const sockets = new Set<Socket>();
  let over = false;
  const call = (): void => {
    if (over) return;
    const socket = connect({ host: '127.0.0.1', port });
    sockets.add(socket);
    // sshd greets whom it listens to.
    socket.resume().on('error', () => undefined);
    socket.on('close', () => {
      sockets.delete(socket);
      setTimeout(call, 20);
    });
  };
  Array.from({ length: count }, call);
  const end = (): void => {
    over = true;
    for (const socket of sockets) socket.destroy();
  };
  onCleanup(end);
  return { end, open: () => [...sockets].filter(({ bytesRead }) => bytesRead > 0).length };
}

/** A command over ssh, which may take its time when many come at once. */
async function ssh({ runner, client }: TestDoor, command: string, more: readonly string[] = []): Promise<Outcome> {
  const args = [...client, ...more, 'root@127.0.0.1', command];
  return await runner.run({ program: 'ssh', args, timeoutMs: 110_000 });
}

/** Commands over one connection. */
async function sessions(made: TestDoor, count: number): Promise<number[]> {
  const control = ['-o', `ControlPath=${made.volume.scratch}/control`];
  const master = await made.stay('echo up; cat', [...control, '-o', 'ControlMaster=yes']);
  const all = Array.from({ length: count }, async (_, at) => {
    // All of them are there before the first ends.
    const wait = `echo > ${made.volume.scratch}/is-${String(at)}; until [ -e ${made.volume.scratch}/go ]; do sleep 0.1; done`;
    return (await ssh(made, wait, [...control, '-o', 'ControlMaster=no', '-o', 'ProxyCommand=false'])).exitCode ?? -1;
  });
  await eventually(async () => {
    const there = await Promise.all(
      all.map(async (_, at) => await textOf(`${made.volume.scratch}/is-${String(at)}`).catch(() => undefined)),
    );
    return there.every((text) => text !== undefined);
  });
  await writeFile(`${made.volume.scratch}/go`, '');
  const codes = await Promise.all(all);
  master.stdin?.end();
  return codes;
}

describe('many clients at once', () => {
  it('log in, forty of them, and have twenty sessions in one connection', { timeout: 120_000 }, async () => {
    const made = await createTestDoor();
    // However busy the machine is.
    const patient = made.again({ sshdOptions: `${made.options.sshdOptions} -o LoginGraceTime=0` });
    await patient.prepare();
    await patient.open();
    const logins = await Promise.all(Array.from({ length: 40 }, async () => await ssh(made, ':')));
    expect(logins.filter(({ exitCode }) => exitCode !== 0)).toEqual([]);
    expect(await sessions(made, 20)).toEqual(Array(20).fill(0));
  });

  it('are let in although the configuration is of an agent that sets no limits, unless the site says otherwise', async () => {
    const made = await createTestDoor();
    const bare = (await textOf(made.configFile)).replaceAll(/^(?:Max|LoginGrace).*\n/gm, '');
    await writeFile(made.configFile, `${bare}LoginGraceTime 7\n`);
    await made.door.prepare();
    await made.door.open();
    const { stdout } = await made.runner.run({ program: '/usr/sbin/sshd', args: ['-f', made.configFile, '-T'] });
    for (const line of ['maxsessions 200', 'maxstartups 200:30:400', 'persourcemaxstartups 100', 'logingracetime 7']) {
      expect(stdout.split('\n')).toContain(line);
    }
  });

  it('from one address, without any key, keep neither the probe nor a user out', { timeout: 120_000 }, async () => {
    const made = await createTestDoor();
    const strangers = flood(made.port, 150);
    await made.door.prepare();
    await made.door.open();
    await eventually(() => strangers.open() >= 100);
    await made.door.probe(never);
    expect((await ssh(made, ':', ['-b', '127.0.0.2'])).exitCode).toBe(0);
  });
});

describe('H39 a login of the probe', () => {
  it('that sshd drops before it begins is tried again', { timeout: 120_000 }, async () => {
    const made = await createTestDoor();
    const narrow = made.again({ sshdOptions: `${made.options.sshdOptions} -o MaxStartups=1` });
    await narrow.prepare();
    await narrow.open();
    const strangers = flood(made.port, 1);
    await eventually(() => strangers.open() === 1);
    const probing = narrow.probe(never);
    await eventually(() => made.logger.messages('warn').join().includes('it is tried again'));
    strangers.end();
    await probing;
  });

  it('that is never let begin fails with what ssh said, after a bound', async () => {
    const made = await createTestDoor();
    const narrow = made.again({
      sshdOptions: `${made.options.sshdOptions} -o MaxStartups=1`,
      timings: { droppedMs: 300 },
    });
    await narrow.prepare();
    await narrow.open();
    const strangers = flood(made.port, 1);
    await eventually(() => strangers.open() === 1);
    await expect(narrow.probe(never)).rejects.toMatchObject({
      reason: 'LoginProbeFailed',
      message: expect.stringMatching(/kex_exchange_identification/) as string,
    });
  });
});
