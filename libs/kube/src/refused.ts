// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { BELIEVED_IN_A_HURRY, BELIEVED_REFUSALS, refusedMs } from './pace.ts';
import type { ApiRefusal } from './pod-api.ts';
import { stayOf, type Asked, type State } from './state.ts';

/** Notes that something is forbidden for now, or that this very call will never work. */
export function withRefused(
  state: State,
  what: Asked,
  { refusal, monotonic, random }: { readonly refusal: ApiRefusal; readonly monotonic: number; readonly random: number },
): State {
  const times = (state.refused[what]?.times ?? 0) + 1;
  const again = refusal.kind === 'forbidden' ? monotonic + refusedMs(times, random) : Number.POSITIVE_INFINITY;
  return { ...state, refused: { ...state.refused, [what]: { stay: stayOf(state.status), times, again } } };
}

/** Notes that something has worked. */
export function withAllowed(state: State, what: Asked): State {
  const others = Object.entries(state.refused).filter(([other]) => other !== what);
  return { ...state, refused: Object.fromEntries(others) };
}

/** From when on something may be asked, by the clock that only grows; `not now` when nobody waits for that. */
export function allowedFrom(state: State, what: Asked): number | 'not now' {
  const refused = state.refused[what];
  if (refused === undefined || refused.stay !== stayOf(state.status)) return Number.NEGATIVE_INFINITY;
  const isAwaited = state.isHurried ? !isBelieved(state, what) : refused.again !== Number.POSITIVE_INFINITY;
  return isAwaited ? refused.again : 'not now';
}

/** Whether it makes no sense to wait until something that was refused is allowed. */
export function isBelieved(state: State, what: Asked): boolean {
  const refused = state.refused[what];
  const enough = state.isHurried && !wasAllowed(state) ? BELIEVED_IN_A_HURRY : BELIEVED_REFUSALS;
  return refused !== undefined && (refused.times >= enough || refused.again === Number.POSITIVE_INFINITY);
}

/** Whether anything has ever been allowed: reading, or a write of any kind. */
function wasAllowed({ seen, written }: State): boolean {
  return seen !== 'unknown' || Object.values(written).some(({ writes }) => writes > 0);
}
