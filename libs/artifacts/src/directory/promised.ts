// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { stat } from 'node:fs/promises';

import type { Manifest } from '@ims/contract';
import { Failure } from '@ims/runtime';
import { describeChecksum, isSame, type Checksum } from '../digests.ts';
import { checksumFile } from '../files.ts';
import { onStore } from '../store-io.ts';

/** The files that this start has read back itself: a large image is not read once more for its manifest. */
export interface ReadBack {
  /** Notes what a file holds. */
  note(path: string, checksum: Checksum): Promise<void>;
  /** What a file holds; read anew when anybody may have written to it since. */
  checksumOf(path: string, signal: AbortSignal): Promise<Checksum | undefined>;
}

/** Knows of no file yet. */
export function createReadBack(): ReadBack {
  const known = new Map<string, { readonly version: string; readonly checksum: Checksum }>();
  return {
    note: async (path, checksum) => {
      const version = await versionOf(path);
      if (version !== undefined) known.set(path, { version, checksum });
    },
    checksumOf: async (path, signal) => {
      const version = await versionOf(path);
      if (version === undefined) return undefined;
      const noted = known.get(path);
      if (noted?.version === version) return noted.checksum;
      return await onStore(path, async () => await checksumFile(path, signal));
    },
  };
}

/** The system alone sets the time of a change: whoever writes to a file cannot turn it back. */
async function versionOf(path: string): Promise<string | undefined> {
  const found = await stat(path, { bigint: true }).catch(() => undefined);
  return found?.isFile() === true ? [found.dev, found.ino, found.ctimeNs, found.size].join('-') : undefined;
}

/**
 * A manifest is a promise: every file that it names is there, and holds what it says.
 *
 * @throws Failure VerificationFailed, StoreUnavailable
 */
export async function requirePromised(
  manifest: { readonly decoded: Manifest; readonly path: string },
  readBack: ReadBack,
  signal: AbortSignal,
): Promise<void> {
  for (const artifact of manifest.decoded.artifacts) {
    const { path } = artifact.link;
    const held = await readBack.checksumOf(path, signal);
    if (held !== undefined && isSame(held, artifact)) continue;
    const how =
      held === undefined ? 'is not there' : `holds ${describeChecksum(held)} instead of ${describeChecksum(artifact)}`;
    throw new Failure('VerificationFailed', `${manifest.path} was not stored: ${path} ${how}`);
  }
}
