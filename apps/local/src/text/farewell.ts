// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { ERRORS, type Reason } from '@ims/contract';
import type { Result } from '../job/outcome.ts';

/** The last words of a job that published nothing. */
export interface Farewell {
  readonly message: string;
  /** What to do, a line each: the cure, where the work is kept, how to go on. */
  readonly advice: readonly string[];
}

/** What happened to a job that published nothing, and how to go on with it. */
export function farewell(
  result: Result,
  place: {
    readonly self: string;
    /** Undefined when the copy was never complete, and is gone. */
    readonly imageRoot: string | undefined;
  },
): Farewell {
  const { outcome, reason, message, job } = result;
  const row = reason in ERRORS ? ERRORS[reason as Reason] : undefined;
  const cure = row !== undefined && needsAdvice(result, row.advice) ? [row.advice] : [];
  const kept = place.imageRoot === undefined ? [] : [`its image root is kept in ${place.imageRoot}`];
  const next = row?.retryable === false ? `look at it: ${place.self} show` : `resume it: ${place.self} resume`;
  return {
    message: `job ${job} ${outcome === 'Interrupted' ? 'interrupted' : `failed: ${reason}`}: ${message}`,
    advice: [...cure, ...kept, `${next} ${job}`],
  };
}

/** The agent's own sentences end with what to do already, and so do ours about a script. */
function needsAdvice({ outcome, reason, message }: Result, advice: string): boolean {
  return outcome === 'Failed' && reason !== 'ScriptFailed' && !message.includes(advice);
}
