// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { readdir, readFile, readlink } from 'node:fs/promises';

import { eventually } from './eventually.ts';

/** As the table of the kernel writes it. */
const LISTENING = '0A';

/** A process as /proc shows it. */
export interface SeenProcess {
  readonly pid: number;
  readonly command: string;
}

/**
 * The processes that use a tree: their command line names a path in it, or they work, are rooted or were started
 * there, or have a file of it open. This process is left out.
 */
export async function processesUnder(path: string): Promise<SeenProcess[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid);
  const seen = await Promise.all(pids.map(async (pid) => ((await uses(pid, path)) ? [await describe(pid)] : [])));
  return seen.flat();
}

/** Kills every process that uses a tree and waits until none is left. */
export async function endProcessesUnder(path: string): Promise<void> {
  await eventually(async () => {
    const left = await processesUnder(path);
    for (const { pid } of left) signalTo(pid, 'SIGKILL');
    return left.length === 0;
  });
}

/** Sends a signal; false when there is no such process any more. */
export function signalTo(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}

/** True while a process runs; a zombie does not. */
export async function isRunning(pid: number): Promise<boolean> {
  const stat = await readFile(`/proc/${String(pid)}/stat`, 'utf8').catch(() => '');
  return stat !== '' && !/\) [ZX] /.test(stat);
}

/** True when this very process listens on the TCP port, and not another one. */
export async function listensOn(pid: number, port: number): Promise<boolean> {
  const local = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const tables = await Promise.all(
    ['tcp', 'tcp6'].map((name) => readFile(`/proc/net/${name}`, 'utf8').catch(() => '')),
  );
  const sockets = tables
    .join('\n')
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter((columns) => columns[1]?.endsWith(local) === true && columns[3] === LISTENING)
    .map((columns) => `socket:[${String(columns[9])}]`);
  const directory = `/proc/${String(pid)}/fd`;
  const files = await readdir(directory).catch(() => []);
  const targets = await Promise.all(files.map((file) => readlink(`${directory}/${file}`).catch(() => '')));
  return targets.some((target) => sockets.includes(target));
}

async function uses(pid: string, path: string): Promise<boolean> {
  if (!(await isRunning(Number(pid)))) return false;
  const words = (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).split('\0');
  if (words.some((word) => word.includes(`${path}/`) || word.endsWith(path))) return true;
  const files = await readdir(`/proc/${pid}/fd`).catch(() => []);
  const links = ['cwd', 'root', 'exe', ...files.map((fd) => `fd/${fd}`)];
  const targets = await Promise.all(links.map((link) => readlink(`/proc/${pid}/${link}`).catch(() => '')));
  return targets.some((target) => target === path || target.startsWith(`${path}/`));
}

async function describe(pid: string): Promise<SeenProcess> {
  const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  return { pid: Number(pid), command: line.replaceAll('\0', ' ').trim() };
}
