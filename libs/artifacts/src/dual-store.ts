// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { basename, join, resolve } from 'node:path';

import { encodeManifest, type Manifest } from '@ims/contract';
import type { ArtifactStore, ImageIdentity, OnProgress } from '@ims/export';
import { decodeManifest } from './decode-manifest.ts';
import { checkedImageId } from './identifiers.ts';
import { createDirectoryStore, type DirectoryStoreOptions } from './directory/store.ts';

/** Where an image is published, and where its copy lies. */
export interface DualStoreOptions {
  /** The truth: its locations are registered and its checkpoints are kept. */
  readonly primary: ArtifactStore;
  readonly copy: DirectoryStoreOptions;
}

/**
 * A store with a copy in a directory, for sites that want their images when the primary is lost.
 *
 * Such a site counts on the copy exactly when it cannot mend it any more. So a copy that fails is a failure of the
 * step, never a warning that nobody reads: whatever is published is in both, whatever is not is resumed, and what the
 * primary has by then is not sent again. The copy's manifest goes first and leads to the copy's own files, so that it
 * can be verified and used by itself. What the primary said of a failure of both is told.
 */
export function createDualStore({ primary, copy: options }: DualStoreOptions): ArtifactStore {
  const copy = createDirectoryStore(options);
  const directory = resolve(options.directory);
  return {
    linkType: primary.linkType,
    prepare: async (signal) => {
      await both(primary.prepare(signal), copy.prepare(signal));
    },
    put: async (image, source, putOptions) => {
      const [first, second] = slower(putOptions.onProgress);
      const { signal } = putOptions;
      return await both(
        primary.put(image, source, { ...putOptions, onProgress: first }),
        copy.put(image, source, { onProgress: second, signal }),
      );
    },
    putManifest: async (image, text, signal) => {
      await copy.putManifest(image, ownManifest(text, join(directory, checkedImageId(image.imageId))), signal);
      return await primary.putManifest(image, text, signal);
    },
    discard: async (image: ImageIdentity, signal) => {
      await both(primary.discard(image, signal), copy.discard(image, signal));
    },
  };
}

/** Waits for both, so that nothing of one is on its way when the failure of the other is told. */
async function both<T>(primary: Promise<T>, copy: Promise<unknown>): Promise<T> {
  const [first, second] = await Promise.allSettled([primary, copy]);
  if (first.status === 'rejected') throw first.reason;
  if (second.status === 'rejected') throw second.reason;
  return first.value;
}

/** Tells how far the slower of two is. */
function slower(onProgress: OnProgress): readonly [OnProgress, OnProgress] {
  const done = [0, 0];
  const tell = (which: 0 | 1): OnProgress => {
    return (bytes, total) => {
      done[which] = bytes;
      onProgress(Math.min(...done), total);
    };
  };
  return [tell(0), tell(1)];
}

/** The same manifest with the copy's own links. */
function ownManifest(text: string, folder: string): string {
  const manifest: Manifest = decodeManifest(text, join(folder, 'manifest.json'));
  const artifacts = manifest.artifacts.map((artifact) => ({
    ...artifact,
    link: { type: 'file' as const, path: join(folder, basename(artifact.link.path)), etag: artifact.md5 },
  }));
  return encodeManifest({ ...manifest, artifacts });
}
