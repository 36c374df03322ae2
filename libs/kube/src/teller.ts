// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { Logger } from '@ims/runtime';

import type { ApiRefusal } from './pod-api.ts';
import type { Asked } from './state.ts';

/** Says in the log how it goes with the API server: each trouble once, so that a long one does not fill the log. */
export interface Teller {
  /** A call has worked. */
  worked(what: Asked): void;
  /** A call was refused for the `failures`th time in a row. */
  refused(what: Asked, refusal: ApiRefusal, failures: number): void;
  /** The job is not told in Kubernetes, and will not be. */
  never(why: string, level?: 'info'): void;
}

const WHAT: Readonly<Record<Asked, string>> = {
  read: 'the pod cannot be read',
  annotations: 'the pod cannot be annotated',
  conditions: 'the conditions of the pod cannot be written',
  event: 'no event can be told',
};

/** Makes a teller for one reporter. */
export function createTeller(logger: Logger): Teller {
  const said = new Set<Asked>();
  let isAway = false;
  return {
    worked: (what) => {
      const wasRefused = said.delete(what);
      if (isAway || wasRefused) logger.info({}, 'Kubernetes is told of the job again');
      isAway = false;
    },
    refused: (what, { kind, message }, failures) => {
      if (kind === 'passing') {
        const level = isAway ? 'debug' : 'warn';
        logger[level](
          { attempt: failures, what },
          `Kubernetes cannot be told of the job for now, and is tried again; the job goes on: ${message}`,
        );
        isAway = true;
        return;
      }
      if (said.has(what)) return;
      said.add(what);
      const advice = kind === 'forbidden' ? '; `ims-agent check` names the command that grants it' : '';
      logger.warn({ what }, `${WHAT[what]}; the job goes on: ${message}${advice}`);
    },
    never: (why, level: 'info' | 'warn' = 'warn') => {
      logger[level]({}, `Kubernetes is not told of the job: ${why}; the job goes on`);
    },
  };
}
