// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { ExportPorts, OnProgress } from './ports.ts';

/** Progress is told at most this often, in milliseconds. */
const INTERVAL_MS = 500;

/** Tells the progress of one long step to the log and to the reporter, the end always. */
export function progressTeller(ports: Pick<ExportPorts, 'clock' | 'logger' | 'reporter'>, what: string): OnProgress {
  let told = Number.NEGATIVE_INFINITY;
  let isOver = false;
  return (done, total) => {
    const now = ports.clock.monotonic();
    if (isOver || (done < total && now - told < INTERVAL_MS)) return;
    told = now;
    isOver = done >= total;
    const percent = total === 0 ? 100 : Math.floor((100 * done) / total);
    ports.logger.info({ progress: { what, done, total } }, `${what} ${String(percent)}%`);
    ports.reporter.progress(`${what} ${String(percent)}%`);
  };
}
