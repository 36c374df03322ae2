// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { Failure, sentenceOf, asFailure, type Clock, type Logger } from '@ims/runtime';

/** What the supervisor acts on. */
export interface Supervised {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly tickMs: number;
  /** False while it is meant to run and does not. */
  readonly healthy: () => boolean;
  readonly restart: () => Promise<void>;
  /** When it died, in monotonic milliseconds; kept by the caller over several supervisions. */
  readonly deaths: number[];
}

const WINDOW_MS = 60_000;
const MOST_DEATHS = 5;

/**
 * Starts sshd again whenever it died, and a restart that fails counts as another death.
 *
 * @throws Failure SshdKeepsDying after more than five deaths within a minute; else only what the signal aborts with
 */
export async function superviseSshd(supervised: Supervised, signal: AbortSignal): Promise<never> {
  const { clock, tickMs } = supervised;
  for (;;) {
    await clock.sleep(tickMs, signal);
    if (supervised.healthy()) continue;
    countDeath(supervised);
    await restart(supervised);
  }
}

function countDeath({ deaths, clock }: Supervised): void {
  const now = clock.monotonic();
  const recent = [...deaths.filter((at) => now - at < WINDOW_MS), now];
  deaths.splice(0, deaths.length, ...recent);
  if (recent.length <= MOST_DEATHS) return;
  throw new Failure('SshdKeepsDying', `sshd died ${String(recent.length)} times within ${String(WINDOW_MS / 1000)} s`);
}

async function restart({ logger, deaths, restart: start }: Supervised): Promise<void> {
  logger.warn({ deaths: deaths.length }, 'sshd has died; it is started again with the same host keys');
  try {
    await start();
  } catch (error) {
    logger.error({ err: error }, `sshd could not be started again: ${sentenceOf(asFailure(error))}`);
  }
}
