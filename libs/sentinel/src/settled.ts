// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { setTimeout as delay } from 'node:timers/promises';

import type { Sentinel, SentinelName } from '@ims/contract';

/** Between the moment a shell makes the file of `echo why > failed` and the moment it writes into it. */
const SETTLE_MS = 5;

/** Reads flags that people write. */
export type SettledReader = (name: SentinelName, read: () => Promise<Sentinel>) => Promise<Sentinel>;

/**
 * Makes a reader that looks twice at a flag which turns up empty: events come so fast that a person's words would
 * be missed. A flag that was empty before is not waited for again.
 */
export function createSettledReader(): SettledReader {
  const empty = new Set<SentinelName>();
  return async (name, read) => {
    const first = await read();
    if (!isEmpty(first)) {
      empty.delete(name);
      return first;
    }
    if (empty.has(name)) return first;
    await delay(SETTLE_MS);
    const second = await read();
    if (isEmpty(second)) empty.add(name);
    return second;
  };
}

function isEmpty(sentinel: Sentinel): boolean {
  return sentinel.kind === 'present' && sentinel.content === 'empty';
}
