// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { ProcessRunner } from '@ims/process';
import type { Logger } from '@ims/runtime';
import type { Home } from './job/home.ts';
import type { Narrator } from './pair/narrator.ts';
import type { OwnEnvironment } from './pair/outside.ts';
import type { Programs } from './pair/programs.ts';

/** Signals that reached `ims-job`. */
export interface Interruption {
  /** Aborted by the first Ctrl-C or SIGTERM: end the job so that it can be resumed. */
  readonly signal: AbortSignal;
  /** Aborted by the second: `ims-job` ends at once and says what is left. */
  readonly urgent: AbortSignal;
  /** Number of the first signal, for the exit code. */
  readonly number: () => number | undefined;
}

/** Everything that running a job needs of the world. */
export interface LocalPorts {
  readonly home: Home;
  readonly runner: ProcessRunner;
  readonly programs: Programs;
  /** Our own environment, of which the agent gets what publishing needs. */
  readonly env: OwnEnvironment;
  readonly logger: Logger;
  readonly narrator: Narrator;
  readonly interruption: Interruption;
  /** How `ims-job` is started here, for the commands that people are told to type. */
  readonly self: string;
  /** Takes a progress bar off the screen: what comes now goes to standard output. */
  readonly end: () => void;
}
