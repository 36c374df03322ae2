// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { rename, writeFile } from 'node:fs/promises';

import type { ArtifactName } from '@ims/contract';
import type { ArtifactSource, ImageIdentity } from '@ims/export';
import { takeSums } from '../src/take-sums.ts';

/** An artifact source over bytes at hand, in pieces of `piece` bytes. */
export function sourceOf(
  name: ArtifactName,
  bytes: Uint8Array,
  changes: { size?: number; piece?: number } = {},
): ArtifactSource {
  const piece = changes.piece ?? 64 * 1024;
  return {
    name,
    size: changes.size ?? bytes.length,
    async *stream(range = { start: 0, end: bytes.length }) {
      for (let at = range.start; at < range.end; at += piece) yield bytes.subarray(at, Math.min(at + piece, range.end));
    },
    close: async () => undefined,
  };
}

/** A source whose sums were taken of `packed`, and which gives `bytes` by now. */
export async function packedSourceOf(packed: Uint8Array, bytes = packed): Promise<ArtifactSource> {
  return { ...sourceOf('rootfs', bytes), sums: await takeSums(sourceOf('rootfs', packed), never) };
}

/** An image with a name that no path, header or command line likes. */
export function imageOf(imageId: string): ImageIdentity {
  return { imageId, imageName: '-rf ../"größe\'\n$(id)', jobId: '11111111-2222-4333-8444-555555555555' };
}

export const never = new AbortController().signal;
export const silent = (): void => undefined;

/** Puts another file in the place of one. */
export async function swapFile(path: string, bytes: Uint8Array): Promise<void> {
  await writeFile(`${path}.other`, bytes);
  await rename(`${path}.other`, path);
}
