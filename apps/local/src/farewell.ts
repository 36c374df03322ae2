// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { ERRORS, type Reason } from '@ims/contract';
import type { Result } from './outcome.ts';

/** The last words of a job that published nothing: what happened, why, and how to go on. */
export function farewell(result: Result, self: string): string {
  const { outcome, reason, message, job } = result;
  const row = reason in ERRORS ? ERRORS[reason as Reason] : undefined;
  const head = outcome === 'Interrupted' ? `interrupted: ${message}` : `failed: ${reason}: ${message}`;
  const lines = [`ims-job: job ${job} ${head}`];
  if (row !== undefined && needsAdvice(result, row.advice)) lines.push(`  ${row.advice}`);
  if (row?.retryable !== false) lines.push(`  resume it: ${self} resume ${job}`);
  else lines.push(`  look at it: ${self} show ${job}`);
  return `${lines.join('\n')}\n`;
}

/** The agent's own sentences end with what to do already, and so do ours about a script. */
function needsAdvice({ outcome, reason, message }: Result, advice: string): boolean {
  return outcome === 'Failed' && reason !== 'ScriptFailed' && !message.includes(advice);
}
