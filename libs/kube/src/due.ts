// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { POD_CONDITIONS } from '@ims/contract';

import { spacingMs } from './pace.ts';
import type { Write } from './pod-api.ts';
import type { State, WriteTally } from './state.ts';

/** A write that is wanted, and from when on it may be done, by the clock that only grows. */
export interface Due {
  readonly write: Write;
  readonly at: number;
}

/** The first of several changes is written at once, the others share the next write; the end waits for nobody. */
export function spaced(state: State, last: WriteTally): number {
  if (state.status !== undefined && POD_CONDITIONS.Finished.holds(state.status)) return Number.NEGATIVE_INFINITY;
  return last.at + spacingMs(last.writes);
}
