// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { ARTIFACTS, type ArtifactName, type StoredArtifact } from '@ims/contract';

/** The artifacts in the order of the table (reference §6.1). */
export const ARTIFACT_NAMES = Object.keys(ARTIFACTS) as readonly ArtifactName[];

/** Whatever was stored first, and the later where one was stored twice: the order of the table. */
export function inOrder(artifacts: readonly StoredArtifact[]): StoredArtifact[] {
  return ARTIFACT_NAMES.flatMap((name) => artifacts.findLast((artifact) => artifact.name === name) ?? []);
}
