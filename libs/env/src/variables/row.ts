// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { Parser } from '../parsers.ts';

/** One row of the table of variables. */
export interface Variable<T> {
  readonly parser: Parser<T & {}>;
  /** Whether the containers of today know it too. */
  readonly origin: 'contract' | 'own';
  /** What an unset or empty variable means: an error, no value, or the value of `fallback`. */
  readonly whenUnset: 'error' | 'none' | { readonly fallback: string };
  readonly meaning: string;
  /** Never printed, and replaced wherever its value turns up in a log. */
  readonly secret: boolean;
}

type Origin = Variable<unknown>['origin'];

/** A variable that has to be set. */
export function required<T>(origin: Origin, parser: Parser<T & {}>, meaning: string): Variable<T> {
  return { parser, origin, whenUnset: 'error', meaning, secret: false };
}

/** A variable without a value when it is unset. */
export function optional<T>(origin: Origin, parser: Parser<T & {}>, meaning: string): Variable<T | undefined> {
  return { parser, origin, whenUnset: 'none', meaning, secret: false };
}

/** A variable that has the value of `fallback` when it is unset. */
export function defaulted<T>(
  origin: Origin,
  parser: Parser<T & {}>,
  row: { readonly fallback: string; readonly meaning: string },
): Variable<T> {
  return { parser, origin, whenUnset: { fallback: row.fallback }, meaning: row.meaning, secret: false };
}

/** A variable that is never shown. */
export function secret<T>(origin: Origin, parser: Parser<T & {}>, meaning: string): Variable<T | undefined> {
  return { ...optional(origin, parser, meaning), secret: true };
}
