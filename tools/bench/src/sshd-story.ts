// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { randomUUID } from 'node:crypto';

import { runSession } from '@ims/session';
import type { StoryParts } from './story-parts.ts';

const PATIENCE_MS = 600_000;

/** Lives through one session whose door, sessions and mounts take no time. */
export async function sshdStory(parts: StoryParts): Promise<void> {
  await runSession({
    settings: {
      action: 'customize',
      debug: false,
      peerTimeoutMs: PATIENCE_MS,
      unseenAgentMs: PATIENCE_MS,
      verdictTimeoutMs: PATIENCE_MS,
    },
    signal: new AbortController().signal,
    ports: {
      ...parts,
      newId: randomUUID,
      door: {
        isConfigured: async () => true,
        prepare: async () => undefined,
        open: async () => ({ hostKeys: [], port: 22 }),
        probe: async () => undefined,
        supervise: untilAborted,
        shut: async () => undefined,
      },
      sessions: { list: async () => [], tell: async () => undefined, end: async () => undefined },
      script: { isThere: async () => false, run: async () => 'absent' },
      platform: { setUp: async () => undefined, tearDown: async () => undefined },
    },
  });
}

async function untilAborted(signal: AbortSignal): Promise<never> {
  return await new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => {
      reject(new Error('the work is done'));
    });
  });
}
