// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { readdir, readFile } from 'node:fs/promises';

/** The variable that marks every process which inherits the environment of a test. */
export const STRAY_MARK = 'IMS_TEST_RUN';

/**
 * The processes that this one has started, or that carry `mark` (`NAME=value`) in their environment however far they
 * have moved from their parents; each as `pid: command line`.
 */
export async function strays(mark: string): Promise<string[]> {
  const entries = await readdir('/proc');
  const pids = entries.filter((entry) => /^\d+$/.test(entry) && entry !== String(process.pid));
  const found = await Promise.all(pids.map(async (pid) => ((await isStray(pid, mark)) ? await describe(pid) : [])));
  return found.flat();
}

async function isStray(pid: string, mark: string): Promise<boolean> {
  const status = await read(pid, 'status');
  if (/^State:\s+Z/m.test(status)) return false;
  if (new RegExp(`^PPid:\\s+${String(process.pid)}$`, 'm').test(status)) return true;
  return (await read(pid, 'environ')).split('\0').includes(mark);
}

async function describe(pid: string): Promise<string[]> {
  const commandLine = (await read(pid, 'cmdline')).replaceAll('\0', ' ').trim();
  return commandLine === '' ? [] : [`${pid}: ${commandLine}`];
}

/** Empty for a process that has ended meanwhile. */
async function read(pid: string, file: string): Promise<string> {
  try {
    return await readFile(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
}
