// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { ERRORS, PHASES, PREPARATION_PHASES, type JobStatus } from '@ims/contract';
import type { Reporter } from '@ims/export';
import { systemClock, type Clock, type Logger } from '@ims/runtime';
import type { Outbox } from './outbox.ts';

/** What a reporter to IMS is made of. */
export interface ImsReporterOptions {
  readonly outbox: Outbox;
  /** How long the job waits for an IMS that is away, its end included, in milliseconds (`IMS_OUTBOX_TIMEOUT`). */
  readonly boundMs: number;
  /** The same for a job that was stopped by a signal: it has to fit into the grace period. */
  readonly interruptedBoundMs: number;
  /** Aborted by SIGTERM: from then on the end waits for the shorter bound only. */
  readonly signal?: AbortSignal;
  /** Whether a later pod goes on: then an interrupted job has not ended in error (`IMS_RESUMED_LATER`). */
  readonly resumedLater: boolean;
  /** How many failed pods are replaced (`IMS_BACKOFF_LIMIT`); undefined where nobody says. */
  readonly backoffLimit?: number | undefined;
  readonly logger: Logger;
  readonly clock?: Clock;
}

const STATUSES = { ...PREPARATION_PHASES, ...PHASES };

/** Tells IMS the status that goes with each phase. */
export function createImsReporter(options: ImsReporterOptions): Reporter {
  let told: string | undefined;
  let interrupted = false;
  return {
    report: ({ phase, reason }) => {
      interrupted = phase === 'Interrupted';
      const status = isGoneOnWith({ phase, reason }, options) ? undefined : STATUSES[phase].imsStatus;
      if (status === undefined || status === told) return;
      told = status;
      options.outbox.tell(status);
    },
    progress: () => undefined,
    flush: async () => {
      await flush(options, interrupted);
    },
  };
}

/** The reasons below are about the sshd container, whose own exit code may be one after which no pod follows. */
const FIRST_OWN_EXIT = 30;

// Whoever waits for the job (CFS) gives it up at `error`: it is not told while another pod is sure to follow (H41).
function isGoneOnWith(end: Pick<JobStatus, 'phase' | 'reason'>, options: ImsReporterOptions): boolean {
  const { resumedLater, backoffLimit, outbox } = options;
  if (end.phase === 'Interrupted') return resumedLater;
  if (end.phase !== 'Failed' || !resumedLater || backoffLimit === undefined || outbox.pods === undefined) return false;
  return outbox.pods <= backoffLimit && REPLACED.has(end.reason);
}

const REPLACED: ReadonlySet<string> = new Set(
  Object.entries(ERRORS).flatMap(([reason, { exit, retryable }]) =>
    retryable && exit >= FIRST_OWN_EXIT && reason !== 'Interrupted' ? [reason] : [],
  ),
);

async function flush(options: ImsReporterOptions, interrupted: boolean): Promise<void> {
  const { outbox, logger, boundMs, interruptedBoundMs } = options;
  const { pending } = outbox.state();
  if (pending.length === 0) return;
  // Only people can mend what is hopeless: waiting for hours would hide it.
  const brief = interrupted || outbox.state().hopeless !== undefined || options.signal?.aborted === true;
  const first = brief ? Math.min(boundMs, interruptedBoundMs) : outbox.leftMs(boundMs);
  logger.info({ pending }, `waiting at most ${String(first / 1000)} s until IMS is told all`);
  const over = new AbortController();
  const late = bound(options, first, over);
  await outbox.settled(over.signal).catch(() => undefined);
  over.abort();
  await late;
  const left = outbox.state().pending;
  if (left.length === 0) return;
  const what = 'IMS was not told all; it is kept on the volume, and the next start of the job tells it';
  logger.error({ pending: left, err: outbox.state().hopeless }, what);
}

async function bound(options: ImsReporterOptions, ms: number, over: AbortController): Promise<void> {
  const clock = options.clock ?? systemClock;
  const { signal, interruptedBoundMs } = options;
  const hurried = new AbortController();
  const hurry = (): void => hurried.abort();
  signal?.addEventListener('abort', hurry, { once: true });
  const leave = options.outbox.onHopeless(hurry);
  const sleep = async (time: number, until: AbortSignal): Promise<void> => {
    await clock.sleep(time, until).catch(() => undefined);
  };
  await sleep(ms, AbortSignal.any([over.signal, hurried.signal]));
  if (hurried.signal.aborted && ms > interruptedBoundMs) await sleep(interruptedBoundMs, over.signal);
  signal?.removeEventListener('abort', hurry);
  leave();
  over.abort();
}
