// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

/** One row of the table of errors. */
export interface ErrorRow {
  /** The exit code of a program that ends for this reason; see `exit-codes.ts` for the families. */
  readonly exit: number;
  /** Whether the same step may succeed when it is simply done again. */
  readonly retryable: boolean;
  /** What went wrong, in a sentence without its particulars. */
  readonly meaning: string;
  /** What the reader of the error does next. */
  readonly advice: string;
}
