// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { EVENT_NOTE_LIMIT, shorten } from '@ims/contract';

import { spaced, type Due } from './due.ts';
import { seriesMs } from './pace.ts';
import type { EventDraft } from './pod-api.ts';
import type { PendingEvent, State } from './state.ts';

interface Waiting extends PendingEvent {
  readonly key: string;
  readonly at: number;
  readonly count: number;
  /** It has not been told before. */
  readonly isNew: boolean;
}

/**
 * The event that is to be told next, and when. Phases that have passed meanwhile share it; what has been told before is
 * told again seldom, as a series.
 */
export function nextEvent(state: State, uid: string): Due | undefined {
  const waiting = Object.entries(state.pending).map(([key, pending]) => waitingOf(state, key, pending));
  const first = waiting.toSorted((one, other) => one.at - other.at)[0];
  if (first === undefined) return undefined;
  const told = isPassing(first) ? waiting.filter(isPassing) : [first];
  return { write: { kind: 'event', uid, event: draftOf(told, first) }, at: first.at };
}

function waitingOf(state: State, key: string, pending: PendingEvent): Waiting {
  const tally = state.tallies[key] ?? { count: 1, told: 0, toldAt: 0 };
  const isNew = tally.told === 0;
  const at = isNew ? spaced(state, state.written.event) : tally.toldAt + seriesMs(tally.told);
  return { ...pending, key, at, count: tally.count, isNew };
}

function isPassing({ event, isNew }: Waiting): boolean {
  return isNew && event.type === 'Normal';
}

function draftOf(told: readonly Waiting[], first: Waiting): EventDraft {
  const last = told.at(-1) ?? first;
  const { event, count, when } = last;
  const phases = told.map(({ event: { reason } }) => reason).join(', ');
  return {
    ...event,
    note: told.length === 1 ? event.note : shorten(`${phases}: ${event.note}`, EVENT_NOTE_LIMIT),
    id: `${when.getTime().toString(16)}${String(count)}${event.reason.toLowerCase()}`,
    tells: Object.fromEntries(told.map((one) => [one.key, one.count])),
    when,
    count,
  };
}
