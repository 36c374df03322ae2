// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { asFailure, type Failure } from '@ims/runtime';

import type { CommonOptions } from '../program.ts';
import type { Start } from '../run-process.ts';
import { sayFailure } from '../say-failure.ts';

/** A command that is the job's own program in a container. */
export interface JobProgram {
  readonly start: Start;
  readonly options: CommonOptions;
  /** The volume as the command line names it. */
  readonly parent: string | undefined;
}

/** How the job of a program ends that cannot begin. */
export interface JobEnding {
  /** The name of the program, for the line that says what is wrong. */
  readonly name: string;
  readonly endJob: (program: JobProgram, failure: Failure) => Promise<void>;
}

/**
 * Runs a program of a job, and ends the job when it cannot even begin. The failure is printed first, and trouble with
 * ending the job after it. Gives the exit code.
 */
export async function orEndJob(
  { name, endJob }: JobEnding,
  program: JobProgram,
  work: () => Promise<number>,
): Promise<number> {
  const { output } = program.options;
  try {
    return await work();
  } catch (error) {
    const failure = asFailure(error);
    sayFailure(name, failure, output);
    await endJob(program, failure).catch((trouble: unknown) => {
      sayFailure(name, asFailure(trouble), output);
    });
    return failure.exit;
  }
}
