// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { existsSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';

import type { Layout } from './layout.ts';
import { alone, lock, type Release } from './lock.ts';
import { step } from './progress.ts';

/** Who has brought the cluster up: what a test run has brought up, it also takes down. */
export type Host = 'person' | 'tests';

/** Notes who the cluster belongs to; a person who asks for one that is up for tests keeps it. The caller holds the lock. */
export async function noteHost(layout: Layout, host: Host, before: 'up' | 'down'): Promise<void> {
  if (host === 'person') await rm(layout.ofTests, { force: true });
  else if (before === 'down') await writeFile(layout.ofTests, '');
}

/**
 * A test run comes to use the cluster, which it brings up when it needs it.
 *
 * @param takeDown what the last run to go does to a cluster that test runs have brought up
 * @returns the leave
 */
export async function visit(layout: Layout, takeDown: () => Promise<unknown>): Promise<Release> {
  const leave = await lock(layout.guests, 'shared');
  return async () => {
    await leave?.();
    if (!existsSync(layout.ofTests)) return;
    const last = await lock(layout.guests, 'alone-or-not-at-all');
    if (last === undefined) return;
    try {
      await step('taken down again', () => alone(layout, takeDown));
    } finally {
      await last();
    }
  };
}
