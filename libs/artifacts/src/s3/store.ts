// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { randomUUID } from 'node:crypto';

import { ARTIFACTS, MANIFEST_KEY } from '@ims/contract';
import type { ArtifactStore, ImageIdentity, ManifestLocation } from '@ims/export';
import { retrying } from '@ims/retry';
import type { Logger } from '@ims/runtime';
import { decodeManifest } from '../decode-manifest.ts';
import { digestOf } from '../digests.ts';
import { checkedImageId } from '../identifiers.ts';
import { parseObjectAddress } from './address.ts';
import { differs, openAccess, retryRules, type Access } from './access.ts';
import { differenceFrom, lookUp } from './held.ts';
import { checksumMetadata } from './metadata.ts';
import { probe } from './probe.ts';
import { putArtifact } from './put.ts';
import { readBack } from './read-back.ts';
import { removeAll } from './remove-all.ts';
import type { S3Settings } from './settings.ts';
import { putWhole } from './single.ts';
import { createBuffers } from './buffers.ts';
import { createFlow } from './flow.ts';
import type { Shared } from './transfer.ts';

/** What an S3 store is made of. */
export interface S3StoreOptions extends S3Settings {
  readonly bucket: string;
  readonly logger: Logger;
  /** The id of the job that stores something; a trial of the bucket is told from those of others by it. */
  readonly job?: string | undefined;
}

/** Parts of all objects together that are on their way at once: at first, and at most while that makes it faster. */
const WIDTH = { begin: 8, most: 16 } as const;

/** All that an image can have. */
const KEYS = [...Object.values(ARTIFACTS).map(({ key }) => key), MANIFEST_KEY];

/**
 * The artifact repository as a bucket (reference §6.1). Any service with SigV4 and path style will do.
 * Whatever is sent is signed with its sha256, which the service checks, and asked for afterwards (H20).
 */
export function createS3Store(options: S3StoreOptions): ArtifactStore {
  const { bucket, logger, job = randomUUID(), ...settings } = options;
  const access = openAccess({ bucket, settings, logger }, 'store');
  if (settings.endpoint.startsWith('https:') && !settings.trust.verify)
    logger.warn({ bucket }, 'the certificate of the S3 service is not checked: anybody on the network can pose as it');
  const shared: Shared = {
    access,
    flow: createFlow(settings.width ?? WIDTH, settings.clock),
    buffers: createBuffers(),
  };
  return {
    linkType: 's3',
    prepare: async (signal) => {
      await probe(shared, job, signal);
    },
    put: async (image, source, putOptions) => {
      const key = keyOf(image, ARTIFACTS[source.name].key);
      return await putArtifact({ shared, key, image, source, options: putOptions });
    },
    putManifest: async (image, text, signal) => await putManifest(shared, { image, text }, signal),
    discard: async (image, signal) => {
      await removeAll(access, keyOf(image, ''), { signal, known: KEYS.map((key) => keyOf(image, key)) });
    },
  };
}

function keyOf(image: ImageIdentity, name: string): string {
  return `${checkedImageId(image.imageId)}/${name}`;
}

async function putManifest(
  shared: Shared,
  { image, text }: { readonly image: ImageIdentity; readonly text: string },
  signal: AbortSignal,
): Promise<ManifestLocation> {
  const { access } = shared;
  const key = keyOf(image, MANIFEST_KEY);
  const path = `s3://${access.bucket}/${key}`;
  const named = await requireArtifacts(access, { text, path }, signal);
  const bytes = Buffer.from(text);
  const metadata = checksumMetadata(digestOf(bytes));
  const rules = { ...retryRules(access.settings, access.logger), what: 'storing the manifest', signal };
  const etag = await retrying({ ...rules, isTransient: isOther }, async () => {
    await putWhole(access, { what: rules.what, key, bytes, metadata, signal });
    return await readBack(access, { key, bytes }, signal);
  });
  // The image is published: whatever cannot be tidied up is no reason to fail now.
  await removeAll(access, keyOf(image, ''), { signal, kept: named.add(key) }).catch((error: unknown) => {
    signal.throwIfAborted();
    access.logger.warn({ err: error }, `what an earlier start left beside ${path} stays; nothing but space is lost`);
  });
  return { path, etag };
}

/** A manifest is a promise: every object that it names is there, as it says. Gives their keys. */
async function requireArtifacts(
  access: Access,
  manifest: { readonly text: string; readonly path: string },
  signal: AbortSignal,
): Promise<Set<string>> {
  const named = decodeManifest(manifest.text, manifest.path).artifacts.map(async (artifact) => {
    const { bucket, key } = parseObjectAddress(artifact.link.path);
    if (bucket !== access.bucket) throw differs(bucket, key, `is named in ${manifest.path} and lies in another bucket`);
    const held = await lookUp(access, { what: `looking for ${key}`, key, signal });
    const how = differenceFrom(artifact, held);
    if (how !== undefined) throw differs(bucket, key, `${how}: ${manifest.path} was not stored`);
    return key;
  });
  return new Set(await Promise.all(named));
}

function isOther(error: unknown): boolean {
  return error instanceof Error && 'reason' in error && error.reason === 'VerificationFailed';
}
