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
  // The agent's own sentences end with what to do; others do not.
  if (row !== undefined && outcome === 'Failed' && !message.includes(row.advice)) lines.push(`  ${row.advice}`);
  if (row?.retryable !== false) lines.push(`  resume it: ${self} resume ${job}`);
  else lines.push(`  look at it: ${self} show ${job}`);
  return `${lines.join('\n')}\n`;
}
