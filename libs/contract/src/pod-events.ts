// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { KUBERNETES_PREFIX } from './annotations.ts';
import type { JobStatus } from './status.ts';
import { shorten } from './text.ts';

/** Who tells the events of a job. */
export const REPORTING_CONTROLLER = `${KUBERNETES_PREFIX}agent`;

/** The most bytes that Kubernetes takes as the note of an event. */
export const EVENT_NOTE_LIMIT = 1024;

/** One row of {@link EVENT_RULES}. */
export interface EventRule {
  /** What the event tells, for people. */
  readonly what: string;
  readonly type: 'Normal' | 'Warning';
  /** Where the event's reason comes from. */
  readonly reason: 'phase' | 'reason';
  readonly applies: (status: JobStatus) => boolean;
}

/** Which event a new phase of the job makes: the first rule that applies. */
export const EVENT_RULES: readonly EventRule[] = [
  {
    what: 'The job has failed, or its pod is going',
    type: 'Warning',
    reason: 'reason',
    applies: ({ phase }) => phase === 'Failed' || phase === 'Interrupted',
  },
  {
    what: 'The image cannot be packaged as it is, and the shell is handed back',
    type: 'Warning',
    reason: 'reason',
    applies: ({ phase, reason }) => phase === 'WaitingOnUser' && reason === 'CompleteRefused',
  },
  {
    what: 'The build has failed, and a shell is open to look into it',
    type: 'Warning',
    reason: 'reason',
    applies: ({ phase, reason }) => phase === 'WaitingOnUser' && reason === 'BuildFailed',
  },
  { what: 'The job has entered a phase', type: 'Normal', reason: 'phase', applies: () => true },
];

/** An event as the rules make it, before it has a name and a time. */
export interface PodEvent {
  readonly type: EventRule['type'];
  readonly reason: string;
  /** The phase in which it happened. */
  readonly action: string;
  readonly note: string;
}

/** The event of a status whose phase has just begun. */
export function eventOf(status: JobStatus): PodEvent {
  const rule = EVENT_RULES.find(({ applies }) => applies(status));
  return {
    type: rule?.type ?? 'Normal',
    reason: rule?.reason === 'reason' ? status.reason : status.phase,
    action: status.phase,
    note: shorten(status.message, EVENT_NOTE_LIMIT),
  };
}
