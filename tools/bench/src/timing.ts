// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** What a step took, in seconds. */
export async function timed(step: () => Promise<unknown>): Promise<number> {
  const at = performance.now();
  await step();
  return (performance.now() - at) / 1000;
}

/** Runs a program and gives what it took, in seconds. */
export async function timedProgram(program: string, args: readonly string[]): Promise<number> {
  return await timed(async () => await run(program, [...args]));
}

/** Writes back what earlier steps have left, so that nobody pays for it whose turn comes later. */
export async function writeBack(): Promise<void> {
  await run('sync');
}

/** Does the steps of a round in another order each time: whatever the machine does meanwhile meets all of them. */
export async function inTurn(round: number, steps: readonly (() => Promise<unknown>)[]): Promise<void> {
  for (let at = 0; at < steps.length; at++) await steps[(round + at) % steps.length]?.();
}
