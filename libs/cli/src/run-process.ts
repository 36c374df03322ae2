// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { endProcess, type EndingProcess } from './end-process.ts';
import { terminationOf, type SignalSource, type Termination } from './termination.ts';

/** What a program is started with. */
export interface Start {
  readonly argv: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly termination: Termination;
  /** Writes a part of the result, and a line feed after it. */
  readonly write: (text: string) => void;
}

/** All that a program has of its process: `process`. */
export interface OwnProcess extends EndingProcess, SignalSource {
  readonly argv: readonly string[];
  readonly env: NodeJS.ProcessEnv;
}

/**
 * Runs a program as its process: signals are its input, and the process ends with the code that it gives.
 *
 * @example
 * await runProcess(process, run);
 */
export async function runProcess(own: OwnProcess, run: (start: Start) => Promise<number>): Promise<void> {
  const { argv, env } = own;
  const write = (text: string): void => {
    own.stdout.write(`${text}\n`);
  };
  await endProcess(own, await run({ argv, env, termination: terminationOf(own), write }));
}
