// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { readFile } from 'node:fs/promises';

import { ARTIFACTS, type Manifest } from '@ims/contract';
import { Failure, silentLogger, type Logger } from '@ims/runtime';
import { decodeAnyManifest, type NamedArtifact } from './decode-manifest.ts';
import { createDigester, describeChecksum, digestOf, type Digest } from './digests.ts';
import { digestFile } from './files.ts';
import type { S3Object, S3ObjectOptions } from './s3/object.ts';
import type { S3Settings } from './s3/settings.ts';
import { openS3Object } from './s3-object.ts';
import { codeOf, onStore } from './store-io.ts';

type ManifestArtifact = Manifest['artifacts'][number];

/** What reading an image back needs. */
export interface VerifyTools {
  readonly signal?: AbortSignal;
  /** Needed for an image in S3. */
  readonly s3?: S3Settings;
  readonly logger?: Logger;
}

interface Reading extends VerifyTools {
  readonly signal: AbortSignal;
}

/**
 * Reads a published image back against its manifest, every byte of it: there is one rootfs, each artifact is there with
 * the size and the checksums that the manifest names, and in S3 with its etag and the same checksums in its metadata.
 * A manifest of the reference names md5 alone; what is given back has the size and the sha256 that were found.
 *
 * @param address of `manifest.json`: a path, or `s3://bucket/<image id>/manifest.json`
 * @throws Failure VerificationFailed naming what differs, StoreUnavailable, StoreRefused, TransferStalled for what
 *   cannot be read, ConfigurationInvalid for an image in S3 when nothing says how S3 is reached
 */
export async function verifyImage(
  address: string,
  { signal = new AbortController().signal, ...tools }: VerifyTools = {},
): Promise<Manifest> {
  const options = { ...tools, signal };
  const text = isInS3(address) ? await readManifest(address, options) : await readPath(address);
  const manifest = decodeAnyManifest(text, address);
  requireOneRootfs(manifest.artifacts, address);
  const artifacts: ManifestArtifact[] = [];
  for (const artifact of manifest.artifacts) {
    const held =
      artifact.link.type === 's3' ? await verifyObject(artifact, options) : await verifyFile(artifact, signal);
    artifacts.push({ ...artifact, ...held });
  }
  return { ...manifest, artifacts };
}

function requireOneRootfs(artifacts: readonly NamedArtifact[], address: string): void {
  const count = artifacts.filter(({ type }) => type === ARTIFACTS.rootfs.mime).length;
  if (count === 1) return;
  const how = `names ${count === 0 ? 'no' : String(count)} rootfs, and an image has one`;
  throw new Failure('VerificationFailed', `${address} ${how}`);
}

async function readPath(path: string): Promise<string> {
  return await onStore(path, async () => await readFile(path, 'utf8'));
}

/** An edited manifest is not the one that was published, whatever it says. */
async function readManifest(address: string, options: Reading): Promise<string> {
  const object = await openObject(address, options);
  const bytes = Buffer.concat(await Array.fromAsync(object.read(0)));
  const { md5, sha256 } = digestOf(bytes);
  for (const [name, found] of Object.entries({ md5sum: md5, sha256sum: sha256 })) {
    const wanted = object.metadata[name];
    if (wanted === undefined || wanted === found) continue;
    const how = `is not what was published: its metadata ${name} is ${wanted}, its bytes have ${found}`;
    throw new Failure('VerificationFailed', `${address} ${how}`);
  }
  return bytes.toString();
}

async function verifyFile(artifact: NamedArtifact, signal: AbortSignal): Promise<Digest> {
  const { path } = artifact.link;
  const held = await onStore(path, async () => await digestFile(path, signal).catch(undefinedWhenAbsent));
  if (held === undefined) throw differs(path, 'it is not there');
  return requireSame(artifact, held);
}

function undefinedWhenAbsent(error: unknown): undefined {
  if (codeOf(error) !== 'ENOENT') throw error;
}

async function verifyObject(artifact: NamedArtifact, options: Reading): Promise<Digest> {
  const { link, md5, sha256 } = artifact;
  // Named in the manifest and not there: the image is damaged, whatever the store thinks of it.
  const object = await openObject(link.path, { ...options, absent: 'VerificationFailed' });
  const digester = createDigester();
  for await (const chunk of object.read(0)) digester.update(chunk);
  const held = requireSame(artifact, digester.digest());
  const facts = [
    ['etag', link.etag, object.etag],
    ['metadata md5sum', md5, object.metadata['md5sum']],
    ['metadata sha256sum', held.sha256, object.metadata['sha256sum']],
  ] as const;
  for (const [name, wanted, found] of facts) {
    // Who names a sha256 in the manifest writes both sums to the objects; of others there is what there is.
    if (found === wanted || (found === undefined && sha256 === undefined)) continue;
    throw differs(link.path, `${name} ${wanted}; it has ${found ?? 'nothing'}`);
  }
  return held;
}

async function openObject(address: string, options: Reading & Pick<S3ObjectOptions, 'absent'>): Promise<S3Object> {
  const { s3, logger = silentLogger, ...rest } = options;
  if (s3 !== undefined) return await openS3Object({ ...rest, settings: s3, address, logger, role: 'store' });
  throw new Failure('ConfigurationInvalid', `nothing says how ${address} is reached`, {
    advice: 'set S3_ENDPOINT, S3_ACCESS_KEY and S3_SECRET_KEY',
  });
}

function requireSame(artifact: NamedArtifact, held: Digest): Digest {
  const { link, md5, sha256 = held.sha256, size = held.size } = artifact;
  if (held.size === size && held.md5 === md5 && held.sha256 === sha256) return held;
  const wanted = `${describeChecksum({ size, sha256 })}, md5 ${md5}`;
  throw differs(link.path, `${wanted}; it has ${describeChecksum(held)}, md5 ${held.md5}`);
}

function differs(path: string, how: string): Failure {
  return new Failure('VerificationFailed', `${path} is not what its manifest says: ${how}`);
}

function isInS3(address: string): boolean {
  return /^s3:\/\//i.test(address);
}
