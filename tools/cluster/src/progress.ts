// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

/** Says where we are; standard output belongs to what was asked for. */
export type Say = (line: string) => void;

/** Writes progress for a person to standard error. */
export const say: Say = (line) => {
  process.stderr.write(`cluster: ${line}\n`);
};

/** Does one step and says how long it took. */
export async function step<T>(what: string, work: () => Promise<T>): Promise<T> {
  const startedAt = performance.now();
  const result = await work();
  say(`${what} (${((performance.now() - startedAt) / 1000).toFixed(1)} s)`);
  return result;
}
