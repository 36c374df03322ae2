// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { ERRORS, EXIT_DONE, PREPARATION_PHASES, type JobStatus } from '@ims/contract';
import { drive, logStatus, sentenceOf } from '@ims/runtime';

import { fetchImage } from './fetching.ts';
import type { PreparationPorts } from './ports.ts';
import type { PreparationData, PreparationSettings, PreparationState, RunningPreparationPhase } from './states.ts';
import { nextStatus } from './status.ts';
import { unpackImage } from './unpacking.ts';

/** One run of the stage. */
export interface PreparationRun {
  readonly settings: PreparationSettings;
  readonly ports: PreparationPorts;
  /** Aborted by SIGTERM: what has arrived is kept for another start. */
  readonly signal: AbortSignal;
}

/**
 * The story of `prepare`, from an address to an image root; gives the terminal state. Never throws for what happens
 * to the job. A start after one that had ended well does nothing and tells nobody: by then the pair may be at work,
 * and its flags and statuses are not ours to take back.
 */
export async function runPreparation(run: PreparationRun): Promise<PreparationState> {
  const { ports } = run;
  if (await isPrepared(ports)) {
    ports.logger.info({ place: ports.volume.place }, 'the image root was prepared for this job before: nothing to do');
    return { phase: 'Prepared' };
  }
  const last = await driveStory(run);
  await tidyUp(last, ports);
  await ports.reporter.flush();
  return last;
}

/** The exit code of a stage that ended so; `signalExit` is what an ending by signal exits with. */
export function exitCodeOf(last: PreparationState, signalExit: number): number {
  if (last.phase === 'Prepared') return EXIT_DONE;
  return last.phase === 'Failed' ? ERRORS[last.reason].exit : signalExit;
}

async function driveStory({ settings, ports, signal }: PreparationRun): Promise<PreparationState> {
  let status: JobStatus | undefined;
  return await drive<PreparationData, RunningPreparationPhase, PreparationPorts>(
    {
      table: PREPARATION_PHASES,
      handlers: {
        Preparing: async (state) => await fetchImage({ state, settings, ports, signal }),
        Unpacking: async (state) => await unpackImage({ state, settings, ports, signal }),
      },
      ports,
      signal,
      onEnter: (state) => {
        status = nextStatus(status, { state, job: settings.jobId, now: ports.clock.now() });
        tell(ports, status, state);
        return Promise.resolve();
      },
      onFailure: (failure) => ({
        phase: 'Failed',
        reason: failure.reason,
        message: sentenceOf(failure),
        failure,
      }),
      onCancelled: ({ phase }) => ({
        phase: 'Interrupted',
        message: `a signal stopped the agent during ${phase}; start the stage again, which keeps what has arrived as long as the volume is there`,
      }),
    },
    { phase: 'Preparing', chance: 'first' },
  );
}

async function isPrepared({ volume, fetcher }: PreparationPorts): Promise<boolean> {
  try {
    if ((await volume.progress()) !== 'prepared') return false;
    // A start that was killed at its very end may have left the image.
    await fetcher.discard();
    return true;
  } catch {
    // The story meets the same trouble, and tells it.
    return false;
  }
}

function tell(ports: PreparationPorts, status: JobStatus, state: PreparationState): void {
  logStatus(ports.logger, status, 'failure' in state ? state.failure : undefined);
  ports.reporter.report(status);
}

/** What no other start could use is taken away; everything else is kept for it. */
async function tidyUp(last: PreparationState, { volume, fetcher, logger }: PreparationPorts): Promise<void> {
  if (last.phase !== 'Failed' || ERRORS[last.reason].retryable || last.reason === 'JournalUnreadable') return;
  try {
    await volume.discard();
    await fetcher.discard();
  } catch (error) {
    logger.warn({ err: error }, `what was fetched and unpacked could not be removed from ${volume.place}`);
  }
}
