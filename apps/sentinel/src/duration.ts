// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

const UNITS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const;

/** The longest that a timer can wait, in milliseconds. */
const LONGEST_MS = 2 ** 31 - 1;

/**
 * Reads a duration, `500ms`, `60s`, `5m`, `1.5h`; without a unit it is in seconds. Gives milliseconds, or undefined
 * for anything else.
 */
export function parseDuration(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(text.trim());
  if (match?.[1] === undefined) return undefined;
  const ms = Number(match[1]) * UNITS[(match[2] ?? 's') as keyof typeof UNITS];
  return ms <= LONGEST_MS ? Math.ceil(ms) : undefined;
}
