// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { Failure } from '@ims/runtime';

/**
 * What ended a program, as one line of JSON, or for people as a line with the reason and the advice below it. A defect
 * of ours shows where it happened: without that nobody could mend it.
 */
function failureText(name: string, failure: Failure, output: 'text' | 'json'): string {
  const { reason, message, advice } = failure;
  const stack = stackOf(failure);
  if (output === 'json') {
    const line = { level: 'error', name, reason, msg: message, advice };
    return JSON.stringify(stack === undefined ? line : { ...line, stack });
  }
  return [`${name}: ${message}`, `  ${reason}: ${advice}`, ...(stack === undefined ? [] : [stack])].join('\n');
}

/** Says what ended a program. */
export function sayFailure(name: string, failure: Failure, output: 'text' | 'json'): void {
  process.stderr.write(`${failureText(name, failure, output)}\n`);
}

function stackOf(failure: Failure): string | undefined {
  if (failure.reason !== 'Defect') return undefined;
  return failure.cause instanceof Error ? failure.cause.stack : failure.stack;
}
