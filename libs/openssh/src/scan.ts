// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { touchesImageRoot, type Marks } from './evidence.ts';
import { readNewProcesses, readProcessTable, type ProcessRow } from './process-table.ts';
import { usersProcesses, type Ownership } from './users-processes.ts';

/** A look at the machine. */
export interface Scan {
  readonly table: readonly ProcessRow[];
  readonly users: readonly ProcessRow[];
  /** Nothing was started while the look was taken, so nobody was missed. */
  readonly settled: boolean;
}

/** What a look is taken with. */
export interface ScanOptions {
  readonly marks: Marks;
  readonly ownership: () => Omit<Ownership, 'touches'>;
}

/** Rounds in which a look follows what is started meanwhile. */
const MOST_ROUNDS = 100;

/**
 * Makes a function that looks for the users' processes again and again; who was one stays one, whatever it does.
 * A process that forks and ends at once is followed from child to child until it is seen.
 */
export function createScanner({ marks, ownership }: ScanOptions): () => Scan {
  const known = new Set<string>();
  return () => {
    const seen = new Map<string, boolean>();
    const touches = (row: ProcessRow): boolean => {
      const key = keyOf(row);
      const found = known.has(key) || (seen.get(key) ?? touchesImageRoot(row.pid, marks));
      seen.set(key, found);
      return found;
    };
    const scan = settle(marks.proc, (table) => usersProcesses(table, { ...ownership(), touches }));
    for (const row of scan.users) known.add(keyOf(row));
    return scan;
  };
}

function settle(proc: string, decide: (table: readonly ProcessRow[]) => ProcessRow[]): Scan {
  let { rows, lastPid } = readProcessTable(proc);
  let users = decide(rows);
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const fresh = readNewProcesses(lastPid, proc);
    if (fresh === undefined) break;
    if (fresh.lastPid === lastPid) return { table: rows, users, settled: true };
    lastPid = fresh.lastPid;
    if (fresh.rows.length === 0) continue;
    const read = new Set(fresh.rows.map(({ pid }) => pid));
    rows = [...rows.filter(({ pid }) => !read.has(pid)), ...fresh.rows];
    users = decide(rows);
  }
  return { table: rows, users, settled: false };
}

/** Names a process for good, and so by one word. */
export function keyOf(row: Pick<ProcessRow, 'pid' | 'startTime'>): string {
  return `${String(row.pid)} ${String(row.startTime)}`;
}
