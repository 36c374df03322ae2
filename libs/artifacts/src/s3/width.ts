// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

/** How many parts are on their way at once, and why. Every change makes a new one. */
export interface Width {
  /** Parts that may be on their way at once. */
  readonly parts: number;
  /** How many there were before the last change. */
  readonly before: number;
  /** Whether more are tried while it gets faster, or what is there is known to be enough for now. */
  readonly mode: 'growing' | 'settled';
  /** The best throughput so far, in bytes each millisecond. */
  readonly best: number;
  /** Generations until more are tried again. */
  readonly rest: number;
}

/** Bounds of a width. */
export interface WidthBounds {
  readonly begin: number;
  readonly most: number;
}

/** A throughput that is less than this times the best one is no growth, on a network with others in it. */
const GROWTH = 1.1;

/** After so many generations a network may have changed. */
const REST = 16;

/** The width that transfers begin with. */
export function beginWidth({ begin }: WidthBounds): Width {
  return { parts: begin, before: begin, mode: 'growing', best: 0, rest: 0 };
}

/**
 * The width after one generation: as many parts as were allowed at once have arrived. It is doubled while throughput
 * grows with it; when that ends, the last step is taken back.
 *
 * @param rate bytes each millisecond, in this generation
 */
export function afterGeneration(width: Width, rate: number, bounds: WidthBounds): Width {
  const { parts, before, mode, best, rest } = width;
  if (mode === 'settled' && rest > 1) return { ...width, rest: rest - 1 };
  if (mode === 'settled' || rate > best * GROWTH) return wider(parts, rate, bounds);
  return { parts: before, before, mode: 'settled', best, rest: REST };
}

/** The width after a service has said that it is asked too much. */
export function afterSlowDown({ parts }: Width): Width {
  const half = Math.max(1, Math.floor(parts / 2));
  return { parts: half, before: half, mode: 'settled', best: 0, rest: REST };
}

function wider(parts: number, best: number, { most }: WidthBounds): Width {
  const more = Math.min(most, parts * 2);
  return more === parts
    ? { parts, before: parts, mode: 'settled', best, rest: REST }
    : { parts: more, before: parts, mode: 'growing', best, rest: 0 };
}
