// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { execFile } from 'node:child_process';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';

import { PLAIN_ENV, waitFor } from './commands.ts';
import type { Layout } from './layout.ts';
import { inside } from './network.ts';

/** A program of the cluster that goes on when the command that started it has ended. */
export interface Daemon {
  readonly name: string;
  readonly command: readonly string[];
}

/** A process, told apart from a later one that has got the same number. */
interface Known {
  readonly pid: number;
  /** Field 22 of proc_pid_stat(5). */
  readonly startedAt: string;
}

/** How a part is stopped; etcd and the API server have nothing to put away that outlives the cluster. */
const PATIENCE_S = 10;

/** Runs its arguments in a session of their own, with the log in `$0`, and prints their process id. */
const DETACH = 'setsid "$@" </dev/null >>"$0" 2>&1 & echo $!';

const execute = promisify(execFile);

/** Starts a program inside the network namespace, unless it runs; its words go to `logs/NAME.log`. */
export async function startDaemon(layout: Layout, daemon: Daemon): Promise<void> {
  if ((await pidOf(layout, daemon.name)) !== undefined) return;
  await mkdir(layout.logs, { recursive: true });
  await mkdir(layout.pids, { recursive: true });
  const log = logOf(layout, daemon.name);
  await writeFile(log, '', { flag: 'a', mode: 0o600 });
  // Nothing of ours reaches it, neither variables nor the terminal, and it is nobody's child: it outlives who starts it.
  const { stdout } = await execute('sh', ['-c', DETACH, log, ...inside(layout, daemon.command)], {
    cwd: layout.state,
    env: PLAIN_ENV,
  });
  const pid = Number(stdout);
  const known: Known = { pid, startedAt: (await startOf(pid)) ?? '' };
  await writeFile(pidFileOf(layout, daemon.name), JSON.stringify(known));
}

/** The number of the process when it runs, and is the one that was started. */
export async function pidOf(layout: Layout, name: string): Promise<number | undefined> {
  const text = await readFile(pidFileOf(layout, name), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const known = JSON.parse(text) as Known;
  return (await startOf(known.pid)) === known.startedAt ? known.pid : undefined;
}

/** Ends a program and waits for its end; `TERM` gives it a while before `KILL`. */
export async function stopDaemon(layout: Layout, name: string, first: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  const pid = await pidOf(layout, name);
  if (pid !== undefined) await endProcess(pid, first);
  await rm(pidFileOf(layout, name), { force: true });
}

/** Ends one process and waits for its end. */
export async function endProcess(pid: number, first: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  const startedAt = await startOf(pid);
  if (startedAt === undefined) return;
  signal(pid, first);
  const missing = async (): Promise<string | undefined> =>
    (await startOf(pid)) === startedAt ? `process ${String(pid)} still runs` : undefined;
  const gone = { what: `process ${String(pid)} to end`, seconds: PATIENCE_S, missing };
  await waitFor(gone).catch(async () => {
    signal(pid, 'SIGKILL');
    await waitFor(gone);
  });
}

/** @throws Error with the end of its log, when the program does not run any more */
export async function expectRunning(layout: Layout, name: string): Promise<void> {
  if ((await pidOf(layout, name)) !== undefined) return;
  const said = await readFile(logOf(layout, name), 'utf8').catch(() => '');
  throw new Error(`${name} has ended; the last lines of ${logOf(layout, name)}:\n${lastLines(said)}`);
}

/** When a process was started, in ticks since boot; undefined when it has ended, a zombie included. */
async function startOf(pid: number): Promise<string | undefined> {
  const stat = await readFile(`/proc/${String(pid)}/stat`, 'utf8').catch(() => '');
  // The second field is a name in brackets, which may itself contain brackets and spaces.
  const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return state === '' || state === 'Z' || state === 'X' ? undefined : fields[18];
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has ended by itself meanwhile.
  }
}

function lastLines(text: string): string {
  return text.trimEnd().split('\n').slice(-10).join('\n');
}

function pidFileOf(layout: Layout, name: string): string {
  return `${layout.pids}/${name}.json`;
}

function logOf(layout: Layout, name: string): string {
  return `${layout.logs}/${name}.log`;
}
