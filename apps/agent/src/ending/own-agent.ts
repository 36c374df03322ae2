// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { stat } from 'node:fs/promises';

import { sentinelPath, type Layout } from '@ims/contract';

/** A heartbeat that is older than this, in milliseconds, was left behind. */
const LEFT_BEHIND_MS = 30_000;

/** Whether an agent is at work on this volume already. */
export async function ownAgentLives(layout: Layout): Promise<boolean> {
  try {
    const { mtimeMs } = await stat(sentinelPath(layout, 'agentAlive'));
    return Date.now() - mtimeMs < LEFT_BEHIND_MS;
  } catch {
    return false;
  }
}
