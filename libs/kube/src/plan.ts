// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import {
  annotationKeys,
  conditionsOf,
  encodeAnnotations,
  KUBERNETES_PREFIX,
  POD_CONDITIONS,
  type JobStatus,
} from '@ims/contract';

import { spaced, type Due } from './due.ts';
import { nextEvent } from './events.ts';
import { seldomMs } from './pace.ts';
import type { TimedCondition, Write } from './pod-api.ts';
import { allowedFrom, isBelieved } from './refused.ts';
import type { State } from './state.ts';

/** What to do now. */
export type Next =
  | { readonly do: 'nothing' }
  | { readonly do: 'wait'; readonly ms: number }
  | { readonly do: 'read' }
  | { readonly do: 'write'; readonly write: Write };

/** The time, by both clocks. */
export interface Now {
  readonly monotonic: number;
  readonly wall: Date;
}

const MINOR = ['progress', 'job-status', 'job-status-pending'].map((name) => `${KUBERNETES_PREFIX}${name}`);

/**
 * Decides what to do next: the pod is read once, then whatever differs from what is wanted is written, annotations
 * first, so that whoever waits for a condition finds them.
 */
export function planNext(state: State, now: Now): Next {
  if (state.isOver || state.status === undefined) return { do: 'nothing' };
  const dues = isUnread(state) ? reading(state) : writing(state, now.wall);
  if (dues.length === 0) return { do: 'nothing' };
  if (now.monotonic < state.retryAt) return { do: 'wait', ms: state.retryAt - now.monotonic };
  const ready = dues.find(({ at }) => at <= now.monotonic);
  if (ready === undefined) return { do: 'wait', ms: Math.min(...dues.map(({ at }) => at)) - now.monotonic };
  return ready.write === undefined ? { do: 'read' } : { do: 'write', write: ready.write };
}

/** Who may not read the pod writes to it all the same; without its uid there is no telling whether it is ours. */
function isUnread(state: State): boolean {
  return state.seen === 'unknown' && !(state.uid !== undefined && isBelieved(state, 'read'));
}

function reading(state: State): readonly { readonly at: number; readonly write?: Write }[] {
  const at = allowedFrom(state, 'read');
  return at === 'not now' ? [] : [{ at }];
}

function writing(state: State, wall: Date): readonly Due[] {
  return differences(state, wall).flatMap(({ write, at }) => {
    const from = allowedFrom(state, write.kind);
    return from === 'not now' ? [] : [{ write, at: Math.max(state.isHurried ? Number.NEGATIVE_INFINITY : at, from) }];
  });
}

function differences(state: State, wall: Date): readonly Due[] {
  const { uid, status } = state;
  if (uid === undefined || status === undefined) return [];
  const noted = annotations(state, status, uid);
  const shown = conditions({ ...state, status }, uid, wall);
  const holding = noted !== undefined && isHolding(state, noted) ? noted.at : Number.NEGATIVE_INFINITY;
  const after = shown && { ...shown, at: Math.max(shown.at, holding) };
  return [noted, after, nextEvent(state, uid)].filter((due) => due !== undefined);
}

/** Conditions wait for annotations that whoever waits for a condition wants to find, unless those are refused. */
function isHolding(state: State, { write }: Due): boolean {
  return write.kind === 'annotations' && !write.isMinor && allowedFrom(state, write.kind) === Number.NEGATIVE_INFINITY;
}

function annotations(state: State, status: JobStatus, uid: string): Due | undefined {
  const { earlier, seen, written } = state;
  const wanted = encodeAnnotations({ ...status, history: joined(earlier, status.history) });
  const changed = annotationKeys().filter((key) => typeof seen === 'string' || seen.annotations[key] !== wanted[key]);
  if (changed.length === 0) return undefined;
  const patch = Object.fromEntries(changed.map((key) => [key, wanted[key] ?? null]));
  const isMinor = changed.every((key) => MINOR.includes(key));
  const at = isMinor ? written.annotations.at + seldomMs(state.minorWrites) : spaced(state, written.annotations);
  return { write: { kind: 'annotations', uid, patch, isMinor }, at };
}

function conditions(state: State & { readonly status: JobStatus }, uid: string, wall: Date): Due | undefined {
  const { status, written } = state;
  const seen = typeof state.seen === 'object' ? state.seen : undefined;
  const known = new Map(seen?.conditions.map((condition) => [condition.type, condition]));
  const wanted = conditionsOf(status);
  // Why one holds may change without it: that is told with the end of the job and not for its own sake.
  const isOver = POD_CONDITIONS.Finished.holds(status);
  const differs = wanted.some(({ type, status: is, reason }) => {
    const before = known.get(type);
    return before?.status !== is || (isOver && before.reason !== reason);
  });
  if (!differs) return undefined;
  const timed = wanted.map((condition): TimedCondition => {
    const before = known.get(condition.type);
    const since = before?.status === condition.status ? before.lastTransitionTime : secondsOf(wall);
    return { ...condition, lastTransitionTime: since };
  });
  const write: Write = { kind: 'conditions', uid, generation: seen?.generation, conditions: timed };
  return { write, at: spaced(state, written.conditions) };
}

/** What the job itself remembers of an earlier start is not told twice. */
function joined(earlier: JobStatus['history'], own: JobStatus['history']): JobStatus['history'] {
  const known = new Set(own.map((stay) => stay.join(' ')));
  return [...earlier.filter((stay) => !known.has(stay.join(' '))), ...own];
}

/** The times of an object's status have no fractions of a second. */
function secondsOf(date: Date): string {
  return date.toISOString().replace(/\.\d+Z$/, 'Z');
}
