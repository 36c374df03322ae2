// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { ArtifactStore, ImageRegistry } from '@ims/export';

/**
 * A store that could not be opened. It says so when the job begins, and not before: so the failure is part of the
 * job's story, is told wherever the job is told, and lets the other container go.
 */
export function refusedStore(error: unknown): ArtifactStore {
  const refuse = refusing(error);
  return { linkType: 's3', prepare: refuse, put: refuse, putManifest: refuse, discard: refuse };
}

/** Image records that cannot be reached, for the same reason. */
export function refusedRegistry(error: unknown): ImageRegistry {
  const refuse = refusing(error);
  return { create: refuse, link: refuse, announce: refuse, withdraw: refuse };
}

function refusing(error: unknown): () => Promise<never> {
  return async () => {
    throw error;
  };
}
