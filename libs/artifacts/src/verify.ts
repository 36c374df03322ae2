// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { readFile } from 'node:fs/promises';

import type { Manifest } from '@ims/contract';
import { Failure } from '@ims/runtime';
import { decodeManifest } from './decode-manifest.ts';
import { describeChecksum } from './digests.ts';
import { digestFile } from './files.ts';
import { onStore } from './store-io.ts';

/**
 * Reads a published image back against its manifest: every artifact is there with its size and both checksums.
 *
 * @param manifestPath path of `manifest.json` in a directory store
 * @throws Failure VerificationFailed naming what differs, StoreUnavailable for what cannot be read
 */
export async function verifyImage(
  manifestPath: string,
  signal: AbortSignal = new AbortController().signal,
): Promise<Manifest> {
  const text = await onStore(manifestPath, async () => await readFile(manifestPath, 'utf8'));
  const manifest = decodeManifest(text, manifestPath);
  for (const artifact of manifest.artifacts) await verifyArtifact(artifact, signal);
  return manifest;
}

async function verifyArtifact(artifact: Manifest['artifacts'][number], signal: AbortSignal): Promise<void> {
  const { link, md5, sha256, size } = artifact;
  if (link.type !== 'file') throw new Failure('VerificationFailed', `${link.path} lies in no directory store`);
  const held = await onStore(link.path, async () => await digestFile(link.path, signal));
  if (held.size === size && held.md5 === md5 && held.sha256 === sha256) return;
  const wanted = `${describeChecksum(artifact)}, md5 ${md5}`;
  throw new Failure(
    'VerificationFailed',
    `${link.path} is not what its manifest says: ${wanted}; it has ${describeChecksum(held)}, md5 ${held.md5}`,
  );
}
