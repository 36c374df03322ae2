// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

/** One program to run. It never sees the caller's environment, only {@link Command.env} and a plain PATH. */
export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Standard input, text or bytes as they are; empty when left out. */
  readonly input?: string | Uint8Array;
  /** The program is ended after this time, and the outcome says so. No bound when left out. */
  readonly timeoutMs?: number;
  /** How much of standard output the outcome keeps, in bytes; 64 KiB when left out. */
  readonly keptBytes?: number;
  /** Ends the program when aborted; `run` then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Hears of the process when there is one, before it has done anything that can be seen. */
  readonly onStarted?: (pid: number) => void;
  /** Every line of both outputs as it comes, split at CR and LF (progress bars use CR). */
  readonly onLine?: (line: string) => void;
}

/** How a program ended. `exitCode` is undefined when a signal ended it or it never started. */
export interface Outcome {
  readonly exitCode: number | undefined;
  readonly endedBySignal: string | undefined;
  /** The program is not there or cannot be executed. */
  readonly notFound: boolean;
  readonly timedOut: boolean;
  /** At most the last {@link Command.keptBytes}. */
  readonly stdout: string;
  /** At most the last 64 KiB, and of a longer output its first lines as well. */
  readonly stderr: string;
}

/** Runs child processes; `libs/process` implements it. */
export interface Runner {
  /** Runs to the end. A failing program is an outcome, not an error; rejects only when the signal aborts. */
  run(command: Command): Promise<Outcome>;
}
