// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';

import { cleanUp, eventually, NODE, onCleanup, processesUnder } from '@ims/testing';

import { readProcess, readProcessTable } from '../src/process-table.ts';
import { openTestDoor, type TestDoor } from './support/test-door.ts';

afterEach(cleanUp);

const run = promisify(execFile);

/** Starts something over ssh that lives on when the login has ended, and gives its pid. */
async function leaveBehind(made: TestDoor, command: string): Promise<number> {
  const { stdout, stderr } = await made.ssh(command);
  const pid = Number(/^pid=(\d+)$/m.exec(stdout)?.[1]);
  if (!Number.isInteger(pid)) throw new Error(`no pid: ${stdout} ${stderr}`);
  return pid;
}

function runs(pid: number): boolean {
  return readProcess(pid)?.dead === false;
}

/** A login with a terminal of its own, by script(1). */
async function atTerminal(made: TestDoor, command: string): Promise<{ child: ChildProcess; seen: () => string }> {
  const ssh = ['ssh', ...made.client, '-tt', 'root@127.0.0.1', `'${command}'`].join(' ');
  const child = spawn('script', ['-qec', ssh, '/dev/null'], { stdio: ['pipe', 'pipe', 'pipe'] });
  let seen = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    seen += chunk;
  });
  const exited = once(child, 'exit');
  onCleanup(async () => {
    child.kill('SIGKILL');
    await exited;
  });
  return { child, seen: () => seen };
}

describe('H17 ending the sessions', () => {
  it('returns at once when there is none', async () => {
    const made = await openTestDoor({ jailed: true });
    await made.door.shut();
    await made.sessions().end();
    expect(made.logger.messages('info').at(-1)).toBe('no user process is left');
    expect(made.logger.messages()).not.toContain(expect.stringContaining('SIGHUP'));
  });

  it.each([
    ['a plain command', 'sleep 1000'],
    ['one that ignores SIGHUP and SIGTERM', "trap '' HUP TERM; while :; do sleep 1; done"],
    ['one that is stopped', 'kill -STOP $$; sleep 1000'],
  ])('ends %s, jailed and while the listener is gone', async (_name, command) => {
    const made = await openTestDoor({ jailed: true });
    await made.stay(`echo here; ${command}`);
    const sessions = made.sessions({ rounds: QUICK });
    expect((await sessions.list()).length).toBeGreaterThan(0);
    await made.door.shut();
    await sessions.end();
    expect(await sessions.list()).toEqual([]);
    expect(await processesUnder(made.volume.imageRoot)).toEqual([]);
  });

  it.each([
    ['in the jail', true, '(trap "" HUP; exec sleep 1000) >/dev/null 2>&1 & echo pid=$!'],
    ['in a session of its own', false, 'setsid sleep 1000 >/dev/null 2>&1 & echo pid=$!'],
    [
      'that cleared its environment but works in the image root',
      false,
      'cd $R; env -i setsid sleep 1000 >/dev/null 2>&1 & echo pid=$!',
    ],
    [
      'that cleared its environment but holds a file of the image root open',
      false,
      'env -i setsid sleep 1000 >>$R/tmp/held 2>/dev/null & echo pid=$!',
    ],
    [
      'that cleared its environment but runs a program of the image root',
      false,
      'env -i setsid $R/bin/busybox sleep 1000 >/dev/null 2>&1 & echo pid=$!',
    ],
  ])('finds one that outlived its login %s', async (_name, jailed, command) => {
    const made = await openTestDoor({ jailed });
    const pid = await leaveBehind(made, command.replaceAll('$R', made.volume.imageRoot));
    // Until then it may still be the shell that was told to become it.
    await eventually(() => ['sleep', 'busybox'].includes(readProcess(pid)?.command ?? ''));
    await made.door.shut();
    await made.sessions({ rounds: QUICK }).end();
    expect(runs(pid)).toBe(false);
  });

  it('spares ours: this process, what it stems from, its children, and what it is told to spare', async () => {
    const made = await openTestDoor();
    const root = made.volume.imageRoot;
    const child = spawn('sleep', ['1000'], { cwd: root, stdio: 'ignore' });
    onCleanup(async () => {
      child.kill('SIGKILL');
      await once(child, 'exit');
    });
    const spared = await leaveBehind(made, `cd ${root}; setsid sleep 1000 >/dev/null 2>&1 & echo pid=$!`);
    const other = await leaveBehind(made, `cd ${root}; setsid sleep 1000 >/dev/null 2>&1 & echo pid=$!`);
    await made.door.shut();
    await made.sessions({ rounds: QUICK, spare: () => [spared] }).end();
    expect(runs(child.pid ?? 0)).toBe(true);
    expect(runs(spared)).toBe(true);
    expect(runs(other)).toBe(false);
    await made.sessions({ rounds: QUICK }).end();
    expect(runs(spared)).toBe(false);
  });

  it.each([
    ['below an init', ['tini', '--']],
    ['as process 1', []],
  ])('finds in a namespace of our own even what bears no mark at all; %s', async (_name, init) => {
    const script = fileURLToPath(new URL('support/in-namespace.ts', import.meta.url));
    const { stdout } = await run('unshare', ['--pid', '--mount', '--fork', '--mount-proc', ...init, NODE, script]);
    expect(JSON.parse(stdout)).toEqual({ ownNamespace: true, before: 1, after: 0 });
  });

  it('does not touch a process of another job, nor one that only reads', async () => {
    const made = await openTestDoor();
    const env = { IMS_JOB_ID: 'another-job', IMS_ARCH: 'x86_64' };
    const other = spawn('/usr/bin/sleep', ['1000'], { stdio: 'ignore', env, detached: true });
    const file = `${made.volume.imageRoot}/etc/passwd`;
    const reader = spawn('/usr/bin/tail', ['-f', file], { stdio: 'ignore', env, detached: true });
    const exited = [once(other, 'exit'), once(reader, 'exit')];
    onCleanup(async () => {
      for (const child of [other, reader]) child.kill('SIGKILL');
      await Promise.all(exited);
    });
    // As somebody else's: our own children are spared anyway.
    const sessions = made.sessions({ self: 1, rounds: QUICK });
    await eventually(() => runs(reader.pid ?? 0) && runs(other.pid ?? 0));
    const listed = (await sessions.list()).map(({ pid }) => pid);
    expect(listed).not.toContain(other.pid);
    expect(listed).not.toContain(reader.pid);
  });

  it('outruns a process that forks and ends all the time', async () => {
    const made = await openTestDoor({ jailed: true });
    const runner = `${made.volume.imageRoot}/bin/runaway`;
    await writeFile(runner, '#!/bin/bash\nexec >/dev/null 2>&1 </dev/null\n( "$0" & )\n');
    await chmod(runner, 0o755);
    await made.ssh('/bin/runaway');
    const sessions = made.sessions({
      rounds: [
        { signal: 'SIGHUP', ms: 20 },
        { signal: 'SIGKILL', ms: 15_000 },
      ],
    });
    await eventually(async () => (await processesUnder(made.volume.imageRoot)).length > 0);
    await made.door.shut();
    await sessions.end();
    expect(await processesUnder(made.volume.imageRoot)).toEqual([]);
  });

  it('outruns one that spawns faster than it is killed', async () => {
    const made = await openTestDoor({ jailed: true });
    // Bounded, so that a machine that is busy with other tests is not brought down when this one fails.
    await made.stay('trap "" HUP TERM; echo here; for ((n = 0; n < 1500; n++)); do sleep 1000 & done; wait');
    await made.door.shut();
    await made
      .sessions({
        rounds: [
          { signal: 'SIGTERM', ms: 50 },
          { signal: 'SIGKILL', ms: 20_000 },
        ],
      })
      .end();
    expect(await processesUnder(made.volume.imageRoot)).toEqual([]);
  });

  it('names what could not be ended', async () => {
    const made = await openTestDoor({ jailed: true });
    await made.stay('trap "" HUP; echo here; while :; do sleep 1; done');
    await made.door.shut();
    const sessions = made.sessions({ rounds: [{ signal: 'SIGHUP', ms: 30 }] });
    await expect(sessions.end()).rejects.toMatchObject({
      reason: 'SessionsRemain',
      message: expect.stringMatching(/\d+ \((sshd|bash|sleep)\)/) as string,
    });
    await made.sessions({ rounds: QUICK }).end();
  });

  it('H40 lets a command that has said complete come to its own end', async () => {
    const made = await openTestDoor({ jailed: true });
    const command = await made.stay('echo here; sleep 0.2; exit 7');
    const exited = once(command, 'exit');
    await made.door.shut();
    await made.sessions({ rounds: QUICK, askMs: 60_000 }).end();
    expect(await exited).toEqual([7, null]);
  });

  it('says each round, and asks first only when somebody sits at a terminal', async () => {
    const made = await openTestDoor({ jailed: true });
    await made.stay('echo here; exec sleep 1000');
    await made.door.shut();
    await made.sessions({ rounds: QUICK }).end();
    const said = made.logger.messages('info').join('\n');
    expect(said).toContain("ending the users' processes: SIGHUP");
    expect(said).not.toContain('asking');
  });
});

describe('terminals', () => {
  it('are listed and told; a message cannot drive them', async () => {
    const made = await openTestDoor({ jailed: true });
    const { seen } = await atTerminal(made, 'echo ready-$((40+2)); exec sleep 1000');
    await eventually(() => seen().includes('ready-42'));
    const sessions = made.sessions();
    const listed = await sessions.list();
    expect(listed.map(({ terminal }) => terminal)).toContainEqual(expect.stringMatching(/^\/dev\/pts\/\d+$/));
    await sessions.tell('complete was taken back:\u001b[2J no kernel');
    await eventually(() => seen().includes('complete was taken back:[2J no kernel'));
    await made.door.shut();
    await made.sessions({ rounds: QUICK, askMs: 50 }).end();
    await eventually(() => seen().includes('This shell is being closed now'));
    expect(made.logger.messages('info')).toContain('asking those at a terminal to leave');
  });

  it('that are stopped hold nobody up', async () => {
    const made = await openTestDoor({ jailed: true });
    const { child, seen } = await atTerminal(made, 'echo ready-$((40+2)); exec sleep 1000');
    await eventually(() => seen().includes('ready-42'));
    child.stdin?.write('\u0013');
    await made.sessions().tell('x'.repeat(100_000));
  });
});

describe('H45', () => {
  it('no zombie is left by sessions that came and went', async () => {
    const made = await openTestDoor({ jailed: true });
    const master = `${made.volume.scratch}/master`;
    await made.stay('echo here; exec sleep 1000', ['-M', '-S', master]);
    for (let round = 0; round < 20; round += 1) await made.ssh(': ; (sleep 0 &)', ['-S', master]);
    const { listener } = made.door.processes();
    for (let round = 0; round < 3; round += 1) await made.ssh(':');
    await eventually(async () => {
      const { rows: table } = readProcessTable();
      const texts = await Promise.all(
        table.map(async ({ pid }) => await readFile(`/proc/${String(pid)}/stat`, 'latin1').catch(() => '')),
      );
      return !texts.some(
        (text) => text.includes(') Z ') && text.split(') Z ')[1]?.startsWith(`${String(listener?.pid)} `),
      );
    });
    await made.door.shut();
    await made.sessions({ rounds: QUICK }).end();
  });

  it('a directory that is not there is no image root, and nobody is in it', async () => {
    const made = await openTestDoor();
    await made.door.shut();
    await mkdir(`${made.volume.scratch}/x`);
    expect(await made.sessions({ imageRoot: `${made.volume.scratch}/none` }).list()).toEqual([]);
  });
});

const QUICK = [
  { signal: 'SIGHUP', ms: 100 },
  { signal: 'SIGTERM', ms: 100 },
  { signal: 'SIGKILL', ms: 10_000 },
] as const;
