// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { readdirSync, readFileSync } from 'node:fs';

/** One process, as far as `/proc/<pid>/stat` tells (proc(5)). */
export interface ProcessRow {
  readonly pid: number;
  readonly command: string;
  readonly parent: number;
  readonly group: number;
  readonly session: number;
  /** Device number of the controlling terminal; 0 when there is none. */
  readonly terminal: number;
  readonly kernelThread: boolean;
  /** Cannot run any more: dead, or a zombie that waits for its parent. */
  readonly dead: boolean;
  /** In clock ticks after boot. With the pid it names a process for good. */
  readonly startTime: number;
}

/** A process by pid and start time, so that another one with the same pid is not mistaken for it. */
export type ProcessIdentity = Pick<ProcessRow, 'pid' | 'startTime'>;

/** Linux's PF_KTHREAD. */
const KERNEL_THREAD = 0x0020_0000;

/** Reads one `/proc/<pid>/stat`; the command in it may hold blanks, brackets and line breaks. */
export function parseStat(text: string): ProcessRow | undefined {
  const open = text.indexOf('(');
  const close = text.lastIndexOf(')');
  if (open === -1 || close === -1) return undefined;
  const rest = text.slice(close + 2).split(' ');
  const field = (number: number): number => Number(rest[number - 3] ?? Number.NaN);
  const row = {
    pid: Number.parseInt(text, 10),
    command: text.slice(open + 1, close),
    parent: field(4),
    group: field(5),
    session: field(6),
    terminal: field(7),
    kernelThread: (field(9) & KERNEL_THREAD) !== 0,
    dead: isDead(rest[0] ?? '', field(20)),
    startTime: field(22),
  };
  return Number.isNaN(row.pid) || Number.isNaN(row.startTime) ? undefined : row;
}

/** A main thread that has ended while others go on looks like a zombie too, and can still write. */
function isDead(state: string, threads: number): boolean {
  return state === 'X' || state === 'x' || (state === 'Z' && threads <= 1);
}

/** Reads one process; nothing when there is none. */
export function readProcess(pid: number, proc = '/proc'): ProcessRow | undefined {
  try {
    return parseStat(readFileSync(`${proc}/${String(pid)}/stat`, 'latin1'));
  } catch {
    return undefined;
  }
}

/** All processes at one moment, as nearly as can be. */
export interface ProcessTable {
  readonly rows: readonly ProcessRow[];
  /** The pid that was given out last before the table was read; it moves with every fork. */
  readonly lastPid: number;
}

/** Reads all processes that this one can see. Synchronous, so that as little as possible happens meanwhile. */
export function readProcessTable(proc = '/proc'): ProcessTable {
  const last = lastPid(proc);
  const pids = readdirSync(proc).filter((name) => /^\d+$/.test(name));
  return { rows: pids.flatMap((name) => readProcess(Number(name), proc) ?? []), lastPid: last };
}

/**
 * Reads what was started since a table was read. When nothing was, the table is complete: whatever was in it and
 * has ended meanwhile has left no child behind. Nothing when so much was started that the whole is to be read anew.
 */
export function readNewProcesses(since: number, proc = '/proc'): ProcessTable | undefined {
  const last = lastPid(proc);
  if (last < since || last - since > MOST_NEW) return undefined;
  const pids = Array.from({ length: last - since }, (_, at) => since + 1 + at);
  // Threads have numbers of the same kind, and a directory that is only not listed.
  const leaders = pids.filter((pid) => isThreadGroup(pid, proc));
  return { rows: leaders.flatMap((pid) => readProcess(pid, proc) ?? []), lastPid: last };
}

const MOST_NEW = 10_000;

/** Of our pid namespace (proc(5), loadavg). */
function lastPid(proc: string): number {
  const words = readFileSync(`${proc}/loadavg`, 'latin1').trim().split(' ');
  return Number(words.at(-1));
}

function isThreadGroup(pid: number, proc: string): boolean {
  try {
    const status = readFileSync(`${proc}/${String(pid)}/status`, 'latin1');
    return new RegExp(`^Tgid:\\s+${String(pid)}$`, 'm').test(status);
  } catch {
    return false;
  }
}

/** True while this very process can still run. */
export function isRunning(identity: ProcessIdentity, proc = '/proc'): boolean {
  const row = readProcess(identity.pid, proc);
  return row !== undefined && row.startTime === identity.startTime && !row.dead;
}

/** Sends a signal to this very process; false when it is gone. */
export function sendSignal(identity: ProcessIdentity, signal: NodeJS.Signals): boolean {
  if (!isRunning(identity)) return false;
  try {
    return process.kill(identity.pid, signal);
  } catch {
    return false;
  }
}

/** The processes of a table by their parent. */
function childrenByParent(table: readonly ProcessRow[]): ReadonlyMap<number, readonly ProcessRow[]> {
  return Map.groupBy(table, ({ parent }) => parent);
}

/** Everything below the given processes; `into` says whether a process and what is below it belong. */
export function descendantsOf(
  table: readonly ProcessRow[],
  roots: readonly number[],
  into: (row: ProcessRow) => boolean = () => true,
): ProcessRow[] {
  const children = childrenByParent(table);
  const found = new Map<number, ProcessRow>();
  const queue = [...roots];
  for (let pid = queue.shift(); pid !== undefined; pid = queue.shift()) {
    for (const child of children.get(pid) ?? []) {
      if (found.has(child.pid) || !into(child)) continue;
      found.set(child.pid, child);
      queue.push(child.pid);
    }
  }
  return [...found.values()];
}
