// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { runExport, type ExportPorts } from '@ims/export';
import type { StoryParts } from './story-parts.ts';

const NOTHING = async (): Promise<void> => undefined;

/** Lives through one export whose image root, packing and store take no time. */
export async function agentStory(parts: StoryParts): Promise<void> {
  await runExport({
    settings: {
      jobId: '11111111-2222-4333-8444-555555555555',
      imageName: 'bench',
      action: 'customize',
      debug: false,
      onInvalid: 'fail',
      goal: 'published',
      flags: { complete: '/tmp/complete', failed: '/tmp/failed' },
      peerTimeoutMs: 600_000,
    },
    signal: new AbortController().signal,
    ports: { ...parts, ...idlePorts() },
  });
}

function idlePorts(): Omit<ExportPorts, keyof StoryParts> {
  return {
    stage: {
      check: NOTHING,
      injectCertificates: NOTHING,
      setUp: NOTHING,
      clearStaleFlags: NOTHING,
      restore: NOTHING,
      bannerAnswers: async () => false,
      sshIsThere: async () => false,
    },
    inspector: { inspect: async () => [] },
    packer: { pack: async () => ({ size: 0, inputSize: 0, compression: 'none' }) },
    artifacts: { isArchiveIntact: async () => true, open: async () => undefined },
    store: {
      linkType: 'file',
      prepare: () => Promise.resolve(),
      put: async () => await Promise.reject(new Error('there is nothing to store')),
      putManifest: async () => ({ path: '/manifest.json', etag: '' }),
      discard: NOTHING,
    },
    registry: { create: async () => 'image', link: NOTHING, announce: NOTHING, withdraw: async () => true },
    journal: { entries: async () => [], append: NOTHING },
    reporter: { report: () => undefined, progress: () => undefined, flush: NOTHING },
  };
}
