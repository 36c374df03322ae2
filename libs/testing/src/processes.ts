// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { readdir, readFile, readlink } from 'node:fs/promises';

import { eventually } from './eventually.ts';

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
