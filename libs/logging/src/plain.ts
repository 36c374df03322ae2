// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { Failure } from '@ims/runtime';
import { REDACTED, type Redactor } from './redaction.ts';

/** Deeper than this nobody reads, and a chain of causes may be a ring. */
const DEEPEST = 8;

/** How values become what JSON can hold. */
export interface PlainOptions {
  readonly redactor: Redactor;
  /** Whether errors show where they were made. */
  readonly stacks: boolean;
}

/** Turns anything into plain JSON data without secrets. */
function toPlain(value: unknown, options: PlainOptions, depth = 0): unknown {
  if (typeof value === 'string') return options.redactor.text(value);
  if (typeof value === 'bigint') return String(value);
  if (typeof value === 'object' && value !== null) return plainObject(value, options, depth);
  return typeof value === 'function' || typeof value === 'symbol' ? undefined : value;
}

function plainObject(value: object, options: PlainOptions, depth: number): unknown {
  if (depth >= DEEPEST) return '[too deep]';
  if (value instanceof Error) return plainError(value, options, depth);
  if (ArrayBuffer.isView(value)) return `[${String(value.byteLength)} bytes]`;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString();
  if (value instanceof URL) return options.redactor.text(value.href);
  if (value instanceof Map) return plainFields(Object.fromEntries(value as Map<string, unknown>), options, depth);
  if (Array.isArray(value) || value instanceof Set) return [...value].map((item) => toPlain(item, options, depth + 1));
  return plainFields(value, options, depth);
}

/** The fields of an object; one whose name says that it is secret keeps its name only. */
export function plainFields(fields: object, options: PlainOptions, depth = 0): Record<string, unknown> {
  const entries = Object.entries(fields).map(([key, value]) => {
    const hidden = options.redactor.hides(key) && value !== undefined && value !== null;
    return [options.redactor.text(key), hidden ? REDACTED : toPlain(value, options, depth + 1)] as const;
  });
  return Object.fromEntries(entries);
}

/** An error with the chain of its causes; a failure of ours with its reason and advice. */
function plainError(error: Error, options: PlainOptions, depth: number): Record<string, unknown> {
  // A defect of ours is of no use without the place where it happened.
  const stacks = options.stacks || (error instanceof Failure && error.reason === 'Defect');
  const below = { ...options, stacks };
  return dropUndefined({
    ...identityOf(error),
    message: options.redactor.text(error.message),
    advice: error instanceof Failure ? options.redactor.text(error.advice) : undefined,
    stack: stacks && error.stack !== undefined ? options.redactor.text(error.stack) : undefined,
    cause: toPlain(error.cause, below, depth + 1),
    errors: error instanceof AggregateError ? toPlain(error.errors, below, depth + 1) : undefined,
  });
}

/** What kind of error it is: the reason of ours, the class and the system's code of another. */
function identityOf(error: Error): Record<string, unknown> {
  if (error instanceof Failure) return { reason: error.reason };
  return { type: error.name, code: 'code' in error && typeof error.code === 'string' ? error.code : undefined };
}

function dropUndefined(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
