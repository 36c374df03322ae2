// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { setTimeout as delay } from 'node:timers/promises';

const LOOK_AGAIN_MS = 10;

/**
 * Looks again and again until `look` gives a value that is neither undefined nor false; for states that no event
 * tells of. The test's own timeout is its bound.
 */
export async function eventually<T>(look: () => Promise<T | undefined | false> | T | undefined | false): Promise<T> {
  for (;;) {
    const seen = await look();
    if (seen !== undefined && seen !== false) return seen;
    await delay(LOOK_AGAIN_MS);
  }
}
