// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { readdir, readFile, readlink, stat } from 'node:fs/promises';
import { afterEach, describe, expect, it } from 'vitest';

import { cleanUp, eventually, processesUnder } from '@ims/testing';

import { complete, flagIn, rootIn } from './support/finish.ts';
import { entered, openPair } from './support/pair.ts';
import { unpack } from './support/published.ts';
import { describeTree } from './support/tree.ts';

afterEach(cleanUp);

/** A writer that leaves its session, its terminal and its name behind, and that only SIGKILL ends. */
function daemon(root: string): string {
  const writes = `n=0; while :; do n=$((n+1)); echo $n > ${root}/var/written; sleep 0.05; done`;
  return `busybox setsid sh -c "trap '' HUP TERM INT; cd ${root}/var; ${writes.replaceAll('$', '\\$')}" </dev/null >/dev/null 2>&1 &`;
}

describe('H17 a process that the user leaves behind', () => {
  it.each([
    { jailed: true, shared: false },
    { jailed: false, shared: false },
    { jailed: true, shared: true },
    { jailed: false, shared: true },
  ])(
    'and that ignores every polite signal is gone before the image is packed; jailed: $jailed, processes shared: $shared',
    async (options) => {
      const pair = await openPair(options);
      const root = rootIn(pair);
      await pair.ssh(`PATH=$PATH:${root}/bin; ${daemon(root)}`);
      await eventually(async () => await stat(`${pair.volume.imageRoot}/var/written`).catch(() => undefined));
      const packing = pair.agent.waitForLine(entered('Packaging')).then(async () => ({
        written: await readFile(`${pair.volume.imageRoot}/var/written`, 'utf8'),
        writers: (await processesUnder(pair.volume.imageRoot)).filter(({ command }) => command.includes('trap')),
      }));
      await pair.ssh(`touch ${flagIn(pair, 'complete')}`);
      expect(await pair.ends()).toEqual({ agent: 0, sshd: 0 });
      const { written, writers } = await packing;
      expect(writers).toEqual([]);
      expect(pair.sshd.lines.some((line) => line['signal'] === 'SIGKILL')).toBe(true);
      expect(await readFile(`${pair.volume.imageRoot}/var/written`, 'utf8')).toBe(written);
      expect(await readFile(`${await unpack(pair.job)}/var/written`, 'utf8')).toBe(written);
    },
  );

  it('at a terminal is asked to leave first, and is gone before the image is packed', async () => {
    const pair = await openPair({ jailed: true });
    const shell = pair.login();
    shell.type('echo here-$((40 + 2))\n');
    await shell.waitFor('here-42');
    await pair.ssh('touch /tmp/complete');
    await shell.waitFor('the image is about to be packaged');
    await shell.ended;
    expect(await pair.ends()).toEqual({ agent: 0, sshd: 0 });
  });
});

describe('H40 ssh host touch complete, which disconnects at once', () => {
  it.each([{ jailed: true }, { jailed: false }])(
    'is picked up, and never before it has come back; jailed: $jailed',
    async (options) => {
      const pair = await openPair(options);
      expect(await pair.ssh(`touch ${flagIn(pair, 'complete')}`)).toEqual({ code: 0, stdout: '', stderr: '' });
      expect(await pair.ends()).toEqual({ agent: 0, sshd: 0 });
    },
  );

  it('by sftp is picked up as well', async () => {
    const pair = await openPair({ jailed: true });
    await pair.sftp(`put ${pair.job.terminationLog} /tmp/complete\n`);
    expect(await pair.ends()).toEqual({ agent: 0, sshd: 0 });
  });
});

describe('H45 after many sessions', () => {
  it('no zombie is left in the container', async () => {
    const pair = await openPair({ jailed: true });
    const sessions = Array.from({ length: 60 }, (_, index) => index);
    const next = async (): Promise<void> => {
      for (let one = sessions.pop(); one !== undefined; one = sessions.pop()) {
        // What is left without a parent goes to the first process of the container.
        await pair.ssh('(sleep 0.01 &) ; (true &) ; (false &) ; exit');
      }
    };
    await Promise.all(Array.from({ length: 6 }, next));
    const namespace = await readNamespace(await pair.containers.sshd.pid());
    const zombies = await eventually(async () => {
      const states = await statesIn(namespace);
      const dead = states.filter((state) => state === 'Z').length;
      // A session that ends this very moment is one for an instant.
      return dead === 0 ? { dead } : undefined;
    });
    expect(zombies.dead).toBe(0);
    await complete(pair);
    expect(describeTree(await unpack(pair.job)).has('etc/passwd')).toBe(true);
  });
});

async function readNamespace(pid: number): Promise<string> {
  return await readlink(`/proc/${String(pid)}/ns/pid`);
}

/** The states of all processes of a pid namespace, as /proc shows them. */
async function statesIn(namespace: string): Promise<string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const states = pids.map(async (pid) => {
    const own = await readlink(`/proc/${pid}/ns/pid`).catch(() => '');
    // Nothing but its status is left of a zombie, and its parent knows where it belongs.
    const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
    const state = /^State:\s+(\S)/m.exec(status)?.[1] ?? '';
    const parent = /^PPid:\s+(\d+)/m.exec(status)?.[1] ?? '';
    const there = own === '' ? await readlink(`/proc/${parent}/ns/pid`).catch(() => '') : own;
    return there === namespace ? [state] : [];
  });
  return (await Promise.all(states)).flat();
}
