// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { KUBERNETES_PREFIX } from './annotations.ts';
import type { JobStatus } from './status.ts';
import { shorten } from './text.ts';

/** A condition's message, in bytes. */
const MESSAGE_LIMIT = 1024;

/** One row of {@link POD_CONDITIONS}. */
export interface PodConditionRow {
  /** One sentence for people. */
  readonly meaning: string;
  readonly holds: (status: JobStatus) => boolean;
}

/** The conditions that the agent keeps on its own pod, by the name after {@link KUBERNETES_PREFIX}. */
export const POD_CONDITIONS = {
  ShellReady: {
    meaning: 'The shell is open and a login through it has worked',
    holds: ({ phase, history }) =>
      phase === 'WaitingOnUser' ||
      // The shell stays open while the word of its user is checked.
      (phase === 'Validating' && history.at(-2)?.[0] === 'WaitingOnUser'),
  },
  ImageRegistered: {
    meaning: 'Every artifact is durable, the image record links to them and IMS knows the image of the job',
    holds: ({ phase }) => phase === 'Succeeded',
  },
  Finished: {
    meaning: 'The job has ended, well or not; the reason says how',
    holds: ({ phase }) => phase === 'Succeeded' || phase === 'Failed' || phase === 'Interrupted',
  },
} as const satisfies Record<string, PodConditionRow>;

/** A condition as a pod has it, without its times. */
export interface PodCondition {
  readonly type: string;
  readonly status: 'True' | 'False';
  readonly reason: string;
  readonly message: string;
}

/** The conditions of a status; the reason is the status's own: the phase, or why it was entered. */
export function conditionsOf(status: JobStatus): PodCondition[] {
  const rows: [string, PodConditionRow][] = Object.entries(POD_CONDITIONS);
  return rows.map(([name, row]) => ({
    type: `${KUBERNETES_PREFIX}${name}`,
    status: row.holds(status) ? 'True' : 'False',
    reason: status.reason,
    message: shorten(status.message, MESSAGE_LIMIT),
  }));
}
