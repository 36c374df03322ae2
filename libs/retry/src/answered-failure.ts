// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { Reason } from '@ims/contract';
import { Failure } from '@ims/runtime';

/** A failure that the answer of a server has caused. */
export class AnsweredFailure extends Failure {
  /** When the server wants to be asked again, in milliseconds. */
  readonly retryAfterMs: number | undefined;

  constructor(
    reason: Reason,
    message: string,
    options: { readonly advice?: string; readonly cause?: unknown; readonly retryAfterMs?: number | undefined } = {},
  ) {
    super(reason, message, options);
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** What the server asked for whose answer this error tells of, in milliseconds. */
export function askedMsOf(error: unknown): number | undefined {
  const asked: unknown = error instanceof Error ? Reflect.get(error, 'retryAfterMs') : undefined;
  return typeof asked === 'number' ? asked : undefined;
}
