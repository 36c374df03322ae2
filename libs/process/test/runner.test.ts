// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { mkdtemp, mkdir, readFile, rm, writeFile, chmod } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { silentLogger, type Outcome } from '@ims/runtime';
import { createRunner, KEPT_BYTES, PLAIN_PATH } from '../src/index.ts';

const runner = createRunner({ logger: silentLogger });
const sh = async (script: string, more: object = {}): Promise<Outcome> =>
  await runner.run({ program: 'sh', args: ['-c', script], ...more });

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

/** Gone or a zombie that somebody else has yet to reap: it runs no more. */
const untilGone = async (pid: number): Promise<void> => {
  for (;;) {
    if (!isAlive(pid)) return;
    const stat = await readFile(`/proc/${String(pid)}/stat`, 'utf8').catch(() => ') Z');
    if (/\) Z/.test(stat)) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
};

let directory: string;
beforeEach(async () => {
  await mkdir('/var/lib/ims-test', { recursive: true });
  directory = await mkdtemp('/var/lib/ims-test/process-');
});
afterEach(async () => {
  await rm(directory, { recursive: true, force: true });
});

describe('run', () => {
  it('names the process that was started, and none when there is no such program', async () => {
    const started: number[] = [];
    const onStarted = (pid: number) => started.push(pid);
    const { stdout } = await sh('echo $$', { onStarted });
    expect(started).toEqual([Number(stdout)]);
    const outcome = await runner.run({ program: 'no-such-program', args: [], onStarted });
    expect([outcome.notFound, started.length]).toEqual([true, 1]);
  });

  it('gives exit code and both outputs of a program that fails', async () => {
    expect(await sh('echo out; echo err >&2; exit 3')).toEqual({
      exitCode: 3,
      endedBySignal: undefined,
      notFound: false,
      timedOut: false,
      stdout: 'out\n',
      stderr: 'err\n',
    });
  });

  it('gives the program nothing of our environment but a plain PATH and what the command says', async () => {
    process.env['IMS_TEST_SECRET'] = 'hunter2';
    const { stdout } = await runner.run({ program: 'env', args: [], env: { GIVEN: 'yes' } });
    delete process.env['IMS_TEST_SECRET'];
    expect(stdout.trim().split('\n').sort()).toEqual(['GIVEN=yes', `PATH=${PLAIN_PATH}`]);
  });

  it('closes standard input when none is given', async () => {
    expect((await runner.run({ program: 'cat', args: [] })).stdout).toBe('');
  });

  it('writes the input, also to a program that does not read it', async () => {
    const input = 'x'.repeat(1024 * 1024);
    const counted = await runner.run({ program: 'wc', args: ['-c'], input });
    expect(counted.stdout.trim()).toBe('1048576');
    expect((await runner.run({ program: 'true', args: [], input })).exitCode).toBe(0);
  });

  it('passes arguments as they are, without a shell', async () => {
    const { stdout } = await runner.run({ program: 'printf', args: ['%s|', '$(id)', '-x', "a'b\n"] });
    expect(stdout).toBe("$(id)|-x|a'b\n|");
  });

  it('runs in the directory that the command names', async () => {
    expect((await runner.run({ program: 'pwd', args: [], cwd: directory })).stdout.trim()).toBe(directory);
  });

  it('keeps only the end of a long output, on a character boundary', async () => {
    const { stdout } = await sh(
      'i=0; while [ $i -lt 4000 ]; do printf "ééééééééééééééééééééééééééééééé-%s\n" $i; i=$((i+1)); done',
    );
    expect(Buffer.byteLength(stdout)).toBeLessThanOrEqual(KEPT_BYTES);
    expect(Buffer.byteLength(stdout)).toBeGreaterThan(KEPT_BYTES - 4);
    expect(stdout).not.toContain('\uFFFD');
    expect(stdout.endsWith('é-3999\n')).toBe(true);
  });

  it('gives every line as it comes, cut at CR and LF, the unfinished last one too', async () => {
    const lines: string[] = [];
    await sh(String.raw`printf '10%%\r20%%\r\nnext\nlast'`, { onLine: (line: string) => lines.push(line) });
    expect(lines).toEqual(['10%', '20%', 'next', 'last']);
  });

  it('goes on when a listener throws', async () => {
    const outcome = await sh('echo a; echo b', {
      onLine: () => {
        throw new Error('listener');
      },
    });
    expect(outcome).toMatchObject({ exitCode: 0, stdout: 'a\nb\n' });
  });

  it('tells a program that is not there from one that fails', async () => {
    const outcome = await runner.run({ program: 'no-such-program-here', args: [] });
    expect(outcome).toMatchObject({ notFound: true, exitCode: undefined, endedBySignal: undefined });
    expect(outcome.stderr).toContain('ENOENT');
    expect(await sh('exit 127')).toMatchObject({ notFound: false, exitCode: 127 });
  });

  it('tells a program that may not be executed', async () => {
    const path = `${directory}/script`;
    await writeFile(path, '#!/bin/sh\n');
    await chmod(path, 0o644);
    expect(await runner.run({ program: path, args: [] })).toMatchObject({ notFound: true, exitCode: undefined });
  });

  it('gives arguments that no program can have as an outcome', async () => {
    const outcome = await runner.run({ program: 'echo', args: ['a\0b'] });
    expect(outcome).toMatchObject({ exitCode: undefined, notFound: false });
    expect(outcome.stderr).not.toBe('');
  });

  it('reports the signal that ended a program', async () => {
    expect(await sh('kill -SEGV $$')).toMatchObject({ exitCode: undefined, endedBySignal: 'SIGSEGV', timedOut: false });
  });

  it('ends a program that takes too long, and what it started, and says so', async () => {
    let child = 0;
    const outcome = await sh('sleep 1000 & echo $!; wait', {
      timeoutMs: 300,
      onLine: (line: string) => (child = Number(line)),
    });
    expect(outcome).toMatchObject({ timedOut: true, exitCode: undefined, endedBySignal: 'SIGTERM' });
    expect(child).toBeGreaterThan(0);
    await untilGone(child);
  });

  it('rejects with the reason of the signal, after the program has ended', async () => {
    const abort = new AbortController();
    const reason = new Error('enough');
    let pid = 0;
    const running = sh('echo $$; exec sleep 1000', {
      signal: abort.signal,
      onLine: (line: string) => {
        pid = Number(line);
        abort.abort(reason);
      },
    });
    await expect(running).rejects.toBe(reason);
    expect(pid).toBeGreaterThan(0);
    expect(isAlive(pid)).toBe(false);
  });

  it('starts nothing when the signal is already aborted', async () => {
    const marker = `${directory}/ran`;
    await expect(sh(`touch ${marker}`, { signal: AbortSignal.abort(new Error('before')) })).rejects.toThrow('before');
    await expect(readFile(marker)).rejects.toThrow('ENOENT');
  });

  it('kills a program that ignores SIGTERM', async () => {
    const abort = new AbortController();
    const running = sh('trap "" TERM; echo ready; while :; do sleep 1; done', {
      signal: abort.signal,
      onLine: () => {
        abort.abort(new Error('enough'));
      },
    });
    await expect(running).rejects.toThrow('enough');
  }, 30_000);

  it('H8 does not wait for a process that the program left behind with its output open', async () => {
    const outcome = await sh('(trap "" HUP; exec sleep 1000) & echo $!');
    const left = Number(outcome.stdout);
    expect(outcome.exitCode).toBe(0);
    expect(isAlive(left)).toBe(true);
    process.kill(left, 'SIGKILL');
    await untilGone(left);
  });
});

describe('start', () => {
  it('gives the two outputs apart, line by line, while the program runs', async () => {
    const out: string[] = [];
    const err: string[] = [];
    const both: string[] = [];
    const started = runner.start({
      program: 'sh',
      args: ['-c', 'echo one; echo two >&2; kill -STOP $$; exit 5'],
      onStdoutLine: (line) => out.push(line),
      onStderrLine: (line) => err.push(line),
      onLine: (line) => {
        both.push(line);
        if (both.length === 2) started.kill('SIGCONT');
      },
    });
    // The program stops itself and goes on only when both lines have been heard.
    const nudge = setInterval(() => both.length === 2 && started.kill('SIGCONT'), 20);
    expect((await started.ended).exitCode).toBe(5);
    clearInterval(nudge);
    expect({ out, err, both: both.sort() }).toEqual({ out: ['one'], err: ['two'], both: ['one', 'two'] });
  });

  it('puts the program into a session of its own when asked, and only then', async () => {
    const sessionOf = async (newSession: boolean): Promise<boolean> => {
      const started = runner.start({ program: 'cat', args: ['/proc/self/stat'], newSession });
      const fields = (await started.ended).stdout.replace(/^.*\) /, '').split(' ');
      return Number(fields[3]) === started.pid;
    };
    expect(await sessionOf(true)).toBe(true);
    expect(await sessionOf(false)).toBe(false);
  });

  it('sends a signal and reports it', async () => {
    const started = runner.start({
      program: 'sh',
      args: ['-c', 'trap "exit 7" USR1; echo up; while :; do sleep 0.05; done'],
      onStdoutLine: () => started.kill('SIGUSR1'),
    });
    expect(await started.ended).toMatchObject({ exitCode: 7, endedBySignal: undefined });
    expect(started.kill('SIGTERM')).toBe(false);
  });

  it('resolves after an abort', async () => {
    const abort = new AbortController();
    const started = runner.start({ program: 'sleep', args: ['1000'], signal: abort.signal, newSession: true });
    abort.abort(new Error('enough'));
    expect(await started.ended).toMatchObject({ exitCode: undefined, endedBySignal: 'SIGTERM' });
  });

  it('tells a program that is not there', async () => {
    const started = runner.start({ program: '/no/such/program', args: [] });
    expect(started.pid).toBeUndefined();
    expect(started.kill('SIGTERM')).toBe(false);
    expect(await started.ended).toMatchObject({ notFound: true });
  });
});
