// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

/** Which program a log line is of. */
export type Source = 'agent' | 'sshd';

/** Tells people on standard error what is going on besides what `ims-job` logs itself. */
export interface Narrator {
  /** A line that a program of the pair wrote; normally one JSON object. */
  hear(source: Source, line: string): void;
  /** A line of a script's output. */
  echo(line: string): void;
  /** Lines for a person only: how to log in. */
  tell(lines: readonly string[]): void;
}
