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

/** The reason of a condition that does not hold while the job is under way. */
const NOT_NOW = 'InProgress';

/**
 * The conditions of a status. One that holds, and all at the end of the job, have the reason of the status: the phase,
 * or why it was entered. The others say nothing of the phase, and so need not be written whenever it changes.
 */
export function conditionsOf(status: JobStatus): PodCondition[] {
  const rows: [string, PodConditionRow][] = Object.entries(POD_CONDITIONS);
  return rows.map(([name, row]) => {
    const holds = row.holds(status);
    const speaks = holds || POD_CONDITIONS.Finished.holds(status);
    return {
      type: `${KUBERNETES_PREFIX}${name}`,
      status: holds ? 'True' : 'False',
      reason: speaks ? status.reason : NOT_NOW,
      message: speaks ? shorten(status.message, MESSAGE_LIMIT) : '',
    };
  });
}
