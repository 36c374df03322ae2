// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { nodeProblem } from './api.ts';
import { messageOf } from './commands.ts';
import type { Layout } from './layout.ts';
import { networkIsUp } from './network.ts';
import { PARTS } from './parts.ts';
import { pidOf } from './processes.ts';

/** How the cluster is. */
export interface Status {
  readonly state: 'up' | 'partly' | 'down';
  /** For a person, a line each. */
  readonly lines: readonly string[];
}

/** Looks at the parts and asks the API server for the node. */
export async function readStatus(layout: Layout): Promise<Status> {
  const pids = await Promise.all(PARTS.map(async (part) => [part, await pidOf(layout, part)] as const));
  const parts = pids.map(([part, pid]) => `${part.padEnd(24)} ${pid === undefined ? '-' : `pid ${String(pid)}`}`);
  const network = await networkIsUp(layout);
  if (!network && pids.every(([, pid]) => pid === undefined)) return { state: 'down', lines: ['down'] };
  const problem = await nodeProblem(layout).catch((error: unknown) => messageOf(error));
  const lines = [
    ...parts,
    `${'network'.padEnd(24)} ${network ? 'up' : '-'}`,
    `${'node'.padEnd(24)} ${problem ?? 'ready'}`,
  ];
  const whole = network && problem === undefined && pids.every(([, pid]) => pid !== undefined);
  return { state: whole ? 'up' : 'partly', lines };
}
