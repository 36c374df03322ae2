// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { cpus, loadavg, release, totalmem } from 'node:os';

/** What kind of machine it is, and how busy with other things. */
export function describeMachine(): Readonly<Record<string, string | number>> {
  const [first] = cpus();
  return {
    processors: cpus().length,
    model: first?.model.trim() ?? 'unknown',
    memoryGiB: Math.round(totalmem() / 1024 ** 3),
    kernel: release(),
    node: process.version,
    load: Number((loadavg()[0] ?? 0).toFixed(2)),
  };
}
