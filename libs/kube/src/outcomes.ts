// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { KUBERNETES_PREFIX, type JobStatus } from '@ims/contract';
import { BACKOFF, backoffMs } from '@ims/retry';

import type { ApiRefusal, PodSeen, Write, WriteKind } from './pod-api.ts';
import { withAllowed, withRefused } from './refused.ts';
import type { Asked, State } from './state.ts';

const HISTORY = `${KUBERNETES_PREFIX}phase-history`;

/** The pod was read. Of a pod that is not ours nothing is told. */
export function afterRead(state: State, pod: PodSeen): State {
  if (state.uid !== undefined && state.uid !== pod.uid) return { ...state, isOver: true };
  const { uid, ...seen } = pod;
  return { ...recovered(state, 'read'), uid, seen, earlier: historyIn(seen.annotations) };
}

/** Something was written. */
export function afterWrite(state: State, write: Write, monotonic: number): State {
  const { writes } = state.written[write.kind];
  const next: State = {
    ...recovered(state, write.kind),
    written: { ...state.written, [write.kind]: { writes: writes + 1, at: monotonic } },
  };
  return EFFECTS[write.kind](next, write as never, monotonic);
}

/** A call was refused. */
export function afterRefusal(
  state: State,
  what: Asked,
  refused: { readonly refusal: ApiRefusal; readonly monotonic: number; readonly random: number },
): State {
  const { refusal, monotonic, random } = refused;
  if (refusal.kind === 'gone') return { ...state, isOver: true };
  if (refusal.kind === 'passing') {
    const failures = state.failures + 1;
    const { retryAfterMs } = refusal;
    const waits = state.isHurried ? { ...BACKOFF, longestMs: BACKOFF.longestAtTheEndMs } : BACKOFF;
    const wait = backoffMs({ failures, askedMs: retryAfterMs, random }, waits);
    return { ...state, failures, retryAt: monotonic + wait, isServersWish: retryAfterMs !== undefined };
  }
  return withRefused(state, what, refused);
}

type Effects = {
  readonly [K in WriteKind]: (state: State, write: Extract<Write, { kind: K }>, monotonic: number) => State;
};

const UNSEEN = { generation: undefined, annotations: {}, conditions: [] } as const;

const EFFECTS: Effects = {
  annotations: (state, { patch, isMinor }) => {
    const seen = seenBy(state);
    return {
      ...state,
      seen: { ...seen, annotations: withoutNulls({ ...seen.annotations, ...patch }) },
      minorWrites: state.minorWrites + (isMinor ? 1 : 0),
    };
  },
  conditions: (state, { conditions }) => ({ ...state, seen: { ...seenBy(state), conditions } }),
  event: (state, { event: { tells } }, monotonic) => {
    // What has happened again meanwhile still waits.
    const isTold = (key: string): boolean => tells[key] !== undefined && tells[key] === state.tallies[key]?.count;
    const tallies = Object.entries(state.tallies).map(([key, tally]) => [
      key,
      tells[key] === undefined ? tally : { ...tally, told: tally.told + 1, toldAt: monotonic },
    ]);
    return {
      ...state,
      pending: Object.fromEntries(Object.entries(state.pending).filter(([key]) => !isTold(key))),
      tallies: Object.fromEntries(tallies) as State['tallies'],
    };
  },
};

function seenBy({ seen }: State): Omit<PodSeen, 'uid'> {
  return typeof seen === 'object' ? seen : UNSEEN;
}

function withoutNulls(annotations: Readonly<Record<string, string | null>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(annotations).filter((entry): entry is [string, string] => entry[1] !== null),
  );
}

function recovered(state: State, what: Asked): State {
  return { ...withAllowed(state, what), failures: 0, retryAt: Number.NEGATIVE_INFINITY, isServersWish: false };
}

/** What another container of the pod, or an earlier start of this one, has told of the job. */
function historyIn(annotations: Readonly<Record<string, string>>): JobStatus['history'] {
  try {
    const found: unknown = JSON.parse(annotations[HISTORY] ?? '[]');
    return Array.isArray(found) ? found.filter(isStay) : [];
  } catch {
    return [];
  }
}

function isStay(entry: unknown): entry is JobStatus['history'][number] {
  return Array.isArray(entry) && entry.length === 2 && entry.every((part) => typeof part === 'string');
}
