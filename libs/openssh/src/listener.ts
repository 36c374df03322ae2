// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { readFileSync } from 'node:fs';

import type { Clock } from '@ims/runtime';

import { hasCode } from './files.ts';
import {
  isRunning,
  readProcess,
  readProcessTable,
  sendSignal,
  type ProcessIdentity,
  type ProcessRow,
} from './process-table.ts';

/** How sshd is started: its program, then $SSHD_OPTIONS in words. */
export type SshdCommand = readonly string[];

/** True when a process's command line is that of our sshd: as it was started, or as it calls itself when it listens. */
export function isListenerOf(command: SshdCommand, commandLine: string): boolean {
  const words = command.join(' ');
  const plain = commandLine.replace(/\0+$/, '').replaceAll('\0', ' ');
  return plain === words || isTitleOf(plain, words);
}

/** `sshd: <words> [listener] 0 of 10-100 startups`, cut when sshd was started with little room for it. */
function isTitleOf(commandLine: string, words: string): boolean {
  const title = `sshd: ${words}`;
  return commandLine === title || commandLine.startsWith(`${title} [`);
}

/**
 * The listening sshd of this command. Only one with a configuration file of its own can be told from
 * others on the machine; without `-f` none is found.
 */
export function findListeners(command: SshdCommand, table = readProcessTable().rows): ProcessRow[] {
  const matching = table.filter(({ pid, dead }) => !dead && isListenerOf(command, commandLineOf(pid)));
  const pids = new Set(matching.map(({ pid }) => pid));
  // What sshd has just forked for a connection still carries its title.
  return matching.filter(({ parent }) => !pids.has(parent));
}

/** Whether this process is an sshd of the given command. */
export function isListener(command: SshdCommand, pid: number): boolean {
  return isListenerOf(command, commandLineOf(pid));
}

/** Whether it has come so far that it listens: sshd then says so in its title. */
export function hasListenerTitle({ pid }: Pick<ProcessRow, 'pid'>): boolean {
  return commandLineOf(pid).includes(' [listener]');
}

/** The process that a pid file names; nothing when there is none or the file is malformed. */
export function readPidFile(path: string): ProcessRow | undefined {
  try {
    const text = readFileSync(path, 'utf8').trim();
    return /^[1-9]\d*$/.test(text) ? readProcess(Number(text)) : undefined;
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

/**
 * Ends a listener and gives the sessions that it had; those go on. Nobody gets in between: it is frozen
 * first, so that its children are complete when they are read.
 *
 * @returns the processes of its sessions, and whether the listener is gone
 */
export async function stopListener(
  listener: ProcessIdentity,
  bound: { clock: Clock; ms: number },
): Promise<{ sessions: ProcessIdentity[]; gone: boolean }> {
  sendSignal(listener, 'SIGSTOP');
  const sessions = sessionsOf(listener);
  sendSignal(listener, 'SIGTERM');
  sendSignal(listener, 'SIGCONT');
  if (!(await isGoneWithin(listener, bound))) sendSignal(listener, 'SIGKILL');
  return { sessions, gone: await isGoneWithin(listener, bound) };
}

/** The processes that a listener has started for its connections. Cheap, since it is asked every second. */
export function sessionsOf({ pid }: ProcessIdentity): ProcessIdentity[] {
  const children = childrenOf(pid)?.flatMap((child) => readProcess(child) ?? []);
  const rows = children ?? readProcessTable().rows.filter(({ parent }) => parent === pid);
  return rows.filter(({ dead }) => !dead).map((row) => ({ pid: row.pid, startTime: row.startTime }));
}

/** Nothing where the kernel was built without it (proc(5), CONFIG_PROC_CHILDREN). */
function childrenOf(pid: number): number[] | undefined {
  try {
    const text = readFileSync(`/proc/${String(pid)}/task/${String(pid)}/children`, 'latin1');
    return text.split(' ').filter(Boolean).map(Number);
  } catch {
    return undefined;
  }
}

async function isGoneWithin(listener: ProcessIdentity, bound: { clock: Clock; ms: number }): Promise<boolean> {
  const end = bound.clock.monotonic() + bound.ms;
  while (isRunning(listener)) {
    if (bound.clock.monotonic() >= end) return false;
    await bound.clock.sleep(5);
  }
  return true;
}

function commandLineOf(pid: number): string {
  try {
    return readFileSync(`/proc/${String(pid)}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}
