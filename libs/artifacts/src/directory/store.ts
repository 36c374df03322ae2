// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { access, constants, mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';

import { ARTIFACTS, MANIFEST_KEY, type StoredArtifact } from '@ims/contract';
import type { ArtifactSource, ArtifactStore, ImageIdentity, ManifestLocation } from '@ims/export';
import { makeDirectories, type Logger } from '@ims/runtime';
import { decodeManifest } from '../decode-manifest.ts';
import { digestOf, isSame, createDigester, type Digest } from '../digests.ts';
import { checksumFile, PRIVATE_DIRECTORY_MODE, syncDirectory } from '../files.ts';
import { checkedImageId } from '../identifiers.ts';
import { recordedDigest } from '../recorded.ts';
import { codeOf, onStore } from '../store-io.ts';
import { isTemporary, writeVerified } from '../write-verified.ts';
import { createReadBack, requirePromised } from './promised.ts';

/** What a directory store is made of. */
export interface DirectoryStoreOptions {
  /** Made by `prepare` when it is not there. */
  readonly directory: string;
  readonly logger: Logger;
}

/**
 * The artifact repository as a directory: `<image id>/rootfs`, `kernel`, `initrd`, `boot_parameters`, `manifest.json`,
 * as the keys of reference §6.1. Each appears under its name only when it is durable and was read back (H20).
 */
export function createDirectoryStore(options: DirectoryStoreOptions): ArtifactStore {
  const directory = resolve(options.directory);
  const readBack = createReadBack();
  return {
    linkType: 'file',
    prepare: async () => {
      await onStore(directory, async () => {
        await makeDirectories(directory, PRIVATE_DIRECTORY_MODE);
        await access(directory, constants.W_OK | constants.X_OK);
      });
    },
    put: async (image, source, { onProgress, signal }) => {
      const path = join(await makeImageDirectory(directory, image), ARTIFACTS[source.name].key);
      const finished = await finishedCopy(path, source, signal);
      const digest = finished ?? (await copy({ path, source, onProgress, signal }));
      await readBack.note(path, digest);
      options.logger.debug({ path, size: digest.size }, finished === undefined ? 'stored' : 'is stored already');
      onProgress(digest.size, digest.size);
      return storedArtifact(source, path, digest);
    },
    putManifest: async (image, text, signal) => {
      const folder = await makeImageDirectory(directory, image);
      const path = join(folder, MANIFEST_KEY);
      await requirePromised({ decoded: decodeManifest(text, path), path }, readBack, signal);
      await removeLeftovers(folder);
      return await putText(path, text, signal);
    },
    discard: async (image, signal) => {
      const folder = join(directory, checkedImageId(image.imageId));
      signal.throwIfAborted();
      await onStore(folder, async () => {
        // The record that may lie beside them is the registry's own.
        const held = [...Object.values(ARTIFACTS).map(({ key }) => key), MANIFEST_KEY];
        for (const key of held) await rm(join(folder, key), { force: true });
      });
      await removeLeftovers(folder);
    },
  };
}

async function makeImageDirectory(directory: string, image: ImageIdentity): Promise<string> {
  const folder = join(directory, checkedImageId(image.imageId));
  await onStore(folder, async () => {
    try {
      await mkdir(folder, { mode: PRIVATE_DIRECTORY_MODE });
      await syncDirectory(directory);
    } catch (error) {
      // Not by asking first: two answers of a network file system may differ.
      if (!(await isDirectory(folder))) throw error;
    }
  });
  return folder;
}

async function isDirectory(path: string): Promise<boolean> {
  return await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

/** The digest of what stands at `path` already, when it is exactly what the source holds: nothing is stored twice. */
async function finishedCopy(path: string, source: ArtifactSource, signal: AbortSignal): Promise<Digest | undefined> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isFile() !== true || found.size !== source.size) return undefined;
  const digest = recordedDigest(source) ?? (await digestOfSource(source, signal));
  const held = await onStore(path, async () => await checksumFile(path, signal));
  return isSame(digest, held) ? digest : undefined;
}

async function digestOfSource(source: ArtifactSource, signal: AbortSignal): Promise<Digest> {
  const digester = createDigester();
  for await (const chunk of source.stream()) {
    signal.throwIfAborted();
    digester.update(chunk);
  }
  return digester.digest();
}

interface Copy {
  readonly path: string;
  readonly source: ArtifactSource;
  readonly onProgress: (done: number, total: number) => void;
  readonly signal: AbortSignal;
}

async function copy({ path, source, onProgress, signal }: Copy): Promise<Digest> {
  const wanted = recordedDigest(source);
  return await writeVerified({ path, chunks: source.stream(), size: source.size, wanted, onProgress, signal });
}

/** The etag is what S3 gives to an object of one part: its md5. */
function storedArtifact(source: ArtifactSource, path: string, digest: Digest): StoredArtifact {
  return { name: source.name, type: ARTIFACTS[source.name].mime, path, ...digest, etag: digest.md5 };
}

/** What killed runs left of this image. */
async function removeLeftovers(folder: string): Promise<void> {
  await onStore(folder, async () => {
    const leftovers = (await readdir(folder).catch(noneWhenAbsent)).filter(isTemporary);
    for (const name of leftovers) await rm(join(folder, name), { recursive: true, force: true });
  });
}

function noneWhenAbsent(error: unknown): string[] {
  if (codeOf(error) === 'ENOENT') return [];
  throw error;
}

async function putText(path: string, text: string, signal: AbortSignal): Promise<ManifestLocation> {
  const bytes = Buffer.from(text);
  const chunks = (async function* () {
    yield bytes;
  })();
  signal.throwIfAborted();
  await writeVerified({ path, chunks, size: bytes.length, wanted: undefined, onProgress: () => undefined, signal });
  return { path, etag: digestOf(bytes).md5 };
}
