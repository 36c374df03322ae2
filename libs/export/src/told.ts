// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { ExportPorts } from './ports.ts';

/** As long as the containers of today pause before they tell that somebody may log in, in milliseconds (reference §1.2). */
const PAUSE_MS = 5000;

/**
 * Waits until everybody has heard of the phase that was entered, for a while: the next one follows at once, and what
 * waits behind it would never be told.
 */
export async function isTold({ reporter, clock }: ExportPorts, signal: AbortSignal): Promise<void> {
  const over = new AbortController();
  const pause = clock.sleep(PAUSE_MS, AbortSignal.any([signal, over.signal])).catch(() => undefined);
  await Promise.race([reporter.flush(), pause]);
  over.abort();
}
