// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

/** How one cell of the matrix ended. */
export interface Row {
  readonly fault: string;
  readonly step: string;
  readonly outcome: string;
}

const HEAD: Row = { fault: 'fault', step: 'step', outcome: 'outcome' };

/** The cells as a table for people, one line for each. */
export function tableOf(rows: readonly Row[]): string {
  const lines = [HEAD, ...rows];
  const widest = (of: (row: Row) => string): number => Math.max(...lines.map((row) => of(row).length));
  const [fault, step] = [widest((row) => row.fault), widest((row) => row.step)];
  return lines.map((row) => `${row.fault.padEnd(fault)}  ${row.step.padEnd(step)}  ${row.outcome}`).join('\n');
}
