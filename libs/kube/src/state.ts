// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { JobStatus, PodEvent } from '@ims/contract';

import type { PodSeen, WriteKind } from './pod-api.ts';

/** What is asked of the API server. */
export type Asked = WriteKind | 'read';

/** An event that has happened and is not told yet. */
export interface PendingEvent {
  readonly event: PodEvent;
  /** When it happened last. */
  readonly when: Date;
}

/** How often an event has happened and was told. */
interface EventTally {
  readonly count: number;
  readonly told: number;
  /** When it was told last, by the clock that only grows. */
  readonly toldAt: number;
}

/** How often and when something was written, by the clock that only grows. */
export interface WriteTally {
  readonly writes: number;
  readonly at: number;
}

/** Something that was refused, and not only for now. */
interface Refused {
  /** In which stay in a phase; in the next one it is tried at once. */
  readonly stay: string;
  /** How often in a row. */
  readonly times: number;
  /** When to try again, by the clock that only grows; never for what is no call of Kubernetes. */
  readonly again: number;
}

/** All that is known of the pod and wanted on it. Every change makes a new one. */
export interface State {
  /** The pod's uid, as soon as anybody has said it. */
  readonly uid: string | undefined;
  /** What stands on the pod; `unknown` before it was read or written. */
  readonly seen: Omit<PodSeen, 'uid'> | 'unknown';
  /** What the pod has told before this program began. */
  readonly earlier: JobStatus['history'];
  /** What the pod shall show. */
  readonly status: JobStatus | undefined;
  /** Events that wait, by what makes two of them the same. */
  readonly pending: Readonly<Record<string, PendingEvent>>;
  readonly tallies: Readonly<Record<string, EventTally>>;
  readonly written: Readonly<Record<WriteKind, WriteTally>>;
  /** How many of the annotations' writes held nothing but what can wait. */
  readonly minorWrites: number;
  readonly refused: Readonly<Partial<Record<Asked, Refused>>>;
  /** Failures in a row. */
  readonly failures: number;
  /** When to try again, and whether the server itself has said so. */
  readonly retryAt: number;
  readonly isServersWish: boolean;
  /** The last words: nothing waits for company. */
  readonly isHurried: boolean;
  /** There is nothing to write to, for good. */
  readonly isOver: boolean;
}

const NEVER: WriteTally = { writes: 0, at: Number.NEGATIVE_INFINITY };

/** Nothing is known and nothing is wanted. */
export const NOTHING: State = {
  uid: undefined,
  seen: 'unknown',
  earlier: [],
  status: undefined,
  pending: {},
  tallies: {},
  written: { annotations: NEVER, conditions: NEVER, event: NEVER },
  minorWrites: 0,
  refused: {},
  failures: 0,
  retryAt: Number.NEGATIVE_INFINITY,
  isServersWish: false,
  isHurried: false,
  isOver: false,
};

/** Tells one stay in a phase from another. */
export function stayOf(status: JobStatus | undefined): string {
  return status === undefined ? '' : `${status.phase} ${status.phaseSince}`;
}
