// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { readdirSync, readFileSync } from 'node:fs';

/** What a process has cost since it began. */
export interface Cost {
  /** Milliseconds of processor time, to the kernel's tick of 10 ms. */
  readonly cpuMs: number;
  /** How often one of its threads was given a processor. */
  readonly switches: number;
}

/** Memory of a process in MiB. */
export interface Memory {
  readonly rss: number;
  /** What is shared with other processes counts in part. */
  readonly pss: number;
  /** What belongs to the process alone. */
  readonly own: number;
}

const TICK_MS = 10;

/** Reads what a process has cost. */
export function costOf(pid: number): Cost {
  const stat = readFileSync(`/proc/${String(pid)}/stat`, 'latin1');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const cpuMs = (Number(fields[11]) + Number(fields[12])) * TICK_MS;
  const tasks = readdirSync(`/proc/${String(pid)}/task`);
  const switches = tasks.reduce((sum, task) => sum + switchesOf(`/proc/${String(pid)}/task/${task}/status`), 0);
  return { cpuMs, switches };
}

function switchesOf(path: string): number {
  const counts = readFileSync(path, 'latin1').matchAll(/^(?:non)?voluntary_ctxt_switches:\s+(\d+)/gm);
  return [...counts].reduce((sum, [, count]) => sum + Number(count), 0);
}

/** Reads what a process holds. */
export function memoryOf(pid: number): Memory {
  const text = readFileSync(`/proc/${String(pid)}/smaps_rollup`, 'latin1');
  const mebibytes = (name: string): number =>
    Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(text)?.[1] ?? Number.NaN) / 1024;
  return { rss: mebibytes('Rss'), pss: mebibytes('Pss'), own: mebibytes('Private_Dirty') + mebibytes('Private_Clean') };
}
