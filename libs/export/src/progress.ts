// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { ArtifactName } from '@ims/contract';

import type { ArtifactSource, ExportPorts, OnProgress } from './ports.ts';
import { progressText, type Reading } from './progress-text.ts';
import { createRate } from './rate.ts';

/** Progress is told at most this often, in milliseconds. */
const INTERVAL_MS = 500;

/** What is told, and to whom. */
type Audience = Pick<ExportPorts, 'clock' | 'logger' | 'reporter'>;

/** How far a step is, before anybody knows how fast it goes. */
type Position = Omit<Reading, 'perSecond'>;

/** Tells the progress of a step by the bytes that it has read. */
export function progressTeller(audience: Audience, what: string): OnProgress {
  const tell = createTeller(audience);
  return (done, total) => {
    tell({ what, done, total });
  };
}

/** Tells the progress of transfers that run side by side as one line, named after those that are still running. */
export function transferTeller(
  audience: Audience,
  sources: readonly Pick<ArtifactSource, 'name' | 'size'>[],
): (name: ArtifactName) => OnProgress {
  const tell = createTeller(audience);
  const moved = new Map<ArtifactName, number>(sources.map(({ name }) => [name, 0]));
  const total = sources.reduce((sum, { size }) => sum + size, 0);
  return (transferred) => (done) => {
    moved.set(transferred, done);
    const running = sources.filter(({ name, size }) => (moved.get(name) ?? 0) < size).map(({ name }) => name);
    const what = running.length === 0 ? 'all artifacts' : running.join(', ');
    tell({ what, done: [...moved.values()].reduce((sum, bytes) => sum + bytes, 0), total });
  };
}

/** Tells the log and the reporter, not too often and the end always. */
function createTeller(audience: Audience): (position: Position) => void {
  const rate = createRate();
  let told = Number.NEGATIVE_INFINITY;
  let isOver = false;
  return (position) => {
    const { done, total, what } = position;
    const now = audience.clock.monotonic();
    const perSecond = rate(now, done);
    if (isOver || (done < total && now - told < INTERVAL_MS)) return;
    told = now;
    isOver = done >= total;
    const text = progressText({ ...position, perSecond });
    audience.logger.info({ progress: { what, done, total } }, text);
    audience.reporter.progress(text);
  };
}
