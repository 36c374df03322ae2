// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { Failure } from './failure.ts';
import type { Logger } from './logger.ts';

/** What is logged of the status of a job. */
interface LoggedStatus {
  readonly phase: string;
  readonly reason: string;
  readonly message: string;
}

/**
 * Logs the phase that a job has entered. Of one that has failed the failure goes along: a defect of ours as a whole,
 * since nobody could mend it without the place; of any other the causes, for whoever wants them.
 */
export function logStatus(logger: Logger, status: LoggedStatus, failure: Failure | undefined): void {
  const { phase, reason, message } = status;
  if (phase !== 'Failed') logger.info({ phase, reason }, message);
  else if (failure?.reason === 'Defect') logger.error({ phase, reason, err: failure }, message);
  else {
    logger.error({ phase, reason }, message);
    if (failure !== undefined) logger.debug({ err: failure }, 'what the job failed of, with its causes');
  }
}
