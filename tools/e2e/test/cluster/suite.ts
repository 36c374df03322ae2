// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { whyNoCluster } from '@ims/cluster';
import { describe } from 'vitest';

/** What the first suite may take to open: where nothing is built yet, it builds Kubernetes on a machine that is busy. */
export const OPENING_MS = 45 * 60_000;

/**
 * A suite on a real cluster. Where there can be none it is left out and its title says why; in CI it then fails.
 */
export function describeOnCluster(title: string, body: () => void): void {
  const why = process.env['CI'] === undefined ? whyNoCluster() : undefined;
  if (why === undefined) describe(title, body);
  else describe.skip(`${title} (left out: ${why})`, body);
}

/**
 * Why a test is left out of this run.
 *
 * @throws Error in CI, where nothing is
 */
export function leftOut(why: string): string {
  if (process.env['CI'] !== undefined) throw new Error(why);
  return why;
}
