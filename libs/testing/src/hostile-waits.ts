// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { eventually } from './eventually.ts';
import type { FakeClock } from './fake-clock.ts';

/** Headers by which a server sends its clients back at once, for ever, or by a clock that is wrong. */
export const HOSTILE_WAITS: readonly (readonly [what: string, headers: Readonly<Record<string, string>>])[] = [
  ['at once', { 'Retry-After': '0' }],
  ['a time before now', { 'Retry-After': '-5' }],
  ['a date that is past', { 'Retry-After': 'Thu, 01 Jan 1970 00:00:00 GMT' }],
  ['no time at all', { 'Retry-After': 'soon' }],
  ['nothing', { 'Retry-After': '' }],
  ['in a thousand years', { 'Retry-After': '31536000000' }],
  ['at a date in a thousand years', { 'Retry-After': 'Fri, 31 Dec 3026 23:59:59 GMT' }],
  ['in 2 s by a clock of last century', dated('Thu, 01 Jan 1970 00:00:00 GMT', 'Thu, 01 Jan 1970 00:00:02 GMT')],
  ['in 2 s by a clock of next century', dated('Fri, 31 Dec 2100 00:00:00 GMT', 'Fri, 31 Dec 2100 00:00:02 GMT')],
];

/** No wait between two attempts may be longer than this, in milliseconds, whatever a server says: two minutes, spread. */
export const LONGEST_WAIT_MS = 132_000;

function dated(now: string, then: string): Readonly<Record<string, string>> {
  return { Date: now, 'Retry-After': then };
}

/** Lets so many milliseconds pass for a client that waits by this clock, each time until it has tried again. */
export async function passBetweenAttempts(clock: FakeClock, ms: number): Promise<void> {
  const end = clock.monotonic() + ms;
  while (clock.monotonic() < end) {
    await eventually(() => clock.sleeping > 0);
    await clock.advance(Math.min(clock.sleeps.at(-1) ?? 0, end - clock.monotonic()));
  }
}
