// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { ERRORS, type Reason } from '@ims/contract';

/**
 * The one error class of the pair: a reason of the errors table, one sentence with the particulars,
 * and what to do. Everything that a person or a program needs follows from the reason.
 *
 * @example
 * throw new Failure('NoSpace', '/mnt/image has 1.2 GB free, packing needs about 3.0 GB');
 */
export class Failure extends Error {
  override readonly name = 'Failure';
  readonly reason: Reason;
  /** What to do, more exact than the table's row where the thrower knows more. */
  readonly advice: string;

  constructor(reason: Reason, message: string, options: { advice?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.reason = reason;
    this.advice = options.advice ?? ERRORS[reason].advice;
  }

  /** Exit code of a program that ends for this reason. */
  get exit(): number {
    return ERRORS[this.reason].exit;
  }

  /** Whether the same step may succeed when it is simply done again. */
  get retryable(): boolean {
    return ERRORS[this.reason].retryable;
  }
}

/** Anything that was thrown, as a failure; what nobody expected is a defect of ours. */
export function asFailure(error: unknown): Failure {
  if (error instanceof Failure) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new Failure('Defect', message, { cause: error });
}

/** The failure in one line for a person: what happened, then what to do. */
export function sentenceOf(failure: Failure): string {
  return `${failure.message}; ${failure.advice}`;
}
