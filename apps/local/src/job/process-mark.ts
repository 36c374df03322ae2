// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { readFileSync } from 'node:fs';

/** A process told from a later one with the same number. */
export interface ProcessMark {
  readonly pid: number;
  /** Field 22 of proc_pid_stat(5): clock ticks after boot. */
  readonly startTime: string;
}

/** The mark of a process, or `undefined` when there is none. */
export function markOf(pid: number): ProcessMark | undefined {
  try {
    const stat = readFileSync(`/proc/${String(pid)}/stat`, 'utf8');
    // The second field holds the program's name in parentheses and may itself contain any of these characters.
    const startTime = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
    return startTime === undefined ? undefined : { pid, startTime };
  } catch {
    return undefined;
  }
}

/** Whether the marked process is still there. */
export function isAlive(mark: ProcessMark): boolean {
  return markOf(mark.pid)?.startTime === mark.startTime;
}
