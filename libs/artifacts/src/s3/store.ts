// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { CreateMultipartUploadCommand, GetObjectCommand } from '@aws-sdk/client-s3';

import { ARTIFACTS, MANIFEST_KEY } from '@ims/contract';
import type { ArtifactStore, ImageIdentity, ManifestLocation } from '@ims/export';
import { retrying } from '@ims/retry';
import type { Logger } from '@ims/runtime';
import { decodeManifest } from '../decode-manifest.ts';
import { digestOf } from '../digests.ts';
import { checkedImageId } from '../identifiers.ts';
import { parseObjectAddress } from './address.ts';
import { differs, openAccess, retryRules, type Access } from './access.ts';
import { isAbsent } from './failure.ts';
import { differenceFrom, lookUp } from './held.ts';
import { checksumMetadata } from './metadata.ts';
import { putArtifact } from './put.ts';
import type { S3Settings } from './settings.ts';
import { putWhole } from './single.ts';
import { createBuffers } from './buffers.ts';
import { createSlots } from './slots.ts';
import { shouldDoWithoutSums, type Shared } from './transfer.ts';
import { abortUpload, deleteObject, listObjects, listUploads } from './uploads.ts';

/** What an S3 store is made of. */
export interface S3StoreOptions extends S3Settings {
  readonly bucket: string;
  readonly logger: Logger;
}

const PARALLEL = 3;

/** Where writing is tried: shaped as an image's key, since rights may be given by prefix; never an object. */
const PROBE_KEY = `00000000-0000-0000-0000-000000000000/${ARTIFACTS.rootfs.key}`;

/**
 * The artifact repository as a bucket (contract §6.1). Any service with SigV4 and path style will do.
 * Whatever is sent is signed with its sha256, which the service checks, and asked for afterwards (H20).
 */
export function createS3Store(options: S3StoreOptions): ArtifactStore {
  const { bucket, logger, ...settings } = options;
  const access = openAccess({ bucket, settings, logger }, 'store');
  if (settings.endpoint.startsWith('https:') && !settings.trust.verify)
    logger.warn({ bucket }, 'the certificate of the S3 service is not checked: anybody on the network can pose as it');
  const parallel = settings.parallel ?? PARALLEL;
  const shared: Shared = {
    access,
    parallel,
    slots: createSlots(parallel),
    buffers: createBuffers(),
    sums: 'sha256',
    proof: 'checksum',
  };
  return {
    linkType: 's3',
    prepare: async (signal) => {
      await probe(shared, signal);
    },
    put: async (image, source, putOptions) => {
      const key = keyOf(image, ARTIFACTS[source.name].key);
      return await putArtifact({ shared, key, image, source, options: putOptions });
    },
    putManifest: async (image, text, signal) => await putManifest(shared, { image, text }, signal),
    discard: async (image, signal) => {
      const prefix = keyOf(image, '');
      await removeUploads(access, prefix, signal);
      for (const key of await listObjects(access, prefix, signal)) await deleteObject(access, key, signal);
    },
  };
}

function keyOf(image: ImageIdentity, name: string): string {
  return `${checkedImageId(image.imageId)}/${name}`;
}

/**
 * Begins an upload in parts and gives it up: that needs the bucket, the keys and the right to write, its errors have
 * codes (those of a HEAD have none), and nothing ever becomes visible, counts as a version or sets off a notification.
 */
async function probe(shared: Shared, signal: AbortSignal): Promise<void> {
  const { access } = shared;
  const { bucket } = access;
  const begin = async (): Promise<string | undefined> => {
    const answer = await access.call({ what: `trying to write to s3://${bucket}`, signal }, async (s3, options) => {
      const sums = shared.sums === 'sha256' ? ({ ChecksumAlgorithm: 'SHA256' } as const) : {};
      return await s3.send(new CreateMultipartUploadCommand({ Bucket: bucket, Key: PROBE_KEY, ...sums }), options);
    });
    return answer.UploadId;
  };
  const uploadId = await begin().catch(async (error: unknown) => {
    if (!shouldDoWithoutSums(shared, error)) throw error;
    return await begin();
  });
  await access.tidy('giving up the upload that tried whether one can write', async (tidying) => {
    if (uploadId !== undefined) await abortUpload(access, { key: PROBE_KEY, uploadId }, tidying);
    // Others whose begin was answered to nobody: of an attempt that was cut, or of a start that was killed.
    await removeUploads(access, PROBE_KEY, tidying);
  });
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
    await putWhole(shared, { what: rules.what, key, bytes, metadata, signal });
    return await readBack(access, { key, bytes }, signal);
  });
  await removeUploads(access, keyOf(image, ''), signal);
  for (const other of await listObjects(access, keyOf(image, ''), signal)) {
    if (other !== key && !named.has(other)) await deleteObject(access, other, signal);
  }
  return { path, etag };
}

/** A manifest is a promise: every object that it names is there, as it says. Gives their keys. */
async function requireArtifacts(
  access: Access,
  manifest: { readonly text: string; readonly path: string },
  signal: AbortSignal,
): Promise<Set<string>> {
  const keys = new Set<string>();
  for (const artifact of decodeManifest(manifest.text, manifest.path).artifacts) {
    const { bucket, key } = parseObjectAddress(artifact.link.path);
    if (bucket !== access.bucket) throw differs(bucket, key, `is named in ${manifest.path} and lies in another bucket`);
    const held = await lookUp(access, { what: `looking for ${key}`, key, signal });
    const how = differenceFrom(artifact, held);
    if (how !== undefined) throw differs(bucket, key, `${how}: ${manifest.path} was not stored`);
    keys.add(key);
  }
  return keys;
}

async function readBack(
  access: Access,
  object: { readonly key: string; readonly bytes: Buffer },
  signal: AbortSignal,
): Promise<string> {
  const { key, bytes } = object;
  const found = await access
    .call({ what: 'reading the manifest back', key, signal }, async (s3, options) => {
      const answer = await s3.send(new GetObjectCommand({ Bucket: access.bucket, Key: key }), options);
      const body = await answer.Body?.transformToByteArray();
      return { body: Buffer.from(body ?? []), etag: (answer.ETag ?? '').replaceAll('"', '') };
    })
    .catch((error: unknown) => {
      if (isAbsent(error)) return undefined;
      throw error;
    });
  if (found?.body.equals(bytes) === true) return found.etag;
  throw differs(access.bucket, key, 'is not what was sent');
}

function isOther(error: unknown): boolean {
  return error instanceof Error && 'reason' in error && error.reason === 'VerificationFailed';
}

async function removeUploads(access: Access, prefix: string, signal: AbortSignal): Promise<void> {
  for (const upload of await listUploads(access, prefix, signal)) await abortUpload(access, upload, signal);
}
