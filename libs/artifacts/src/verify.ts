// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { readFile } from 'node:fs/promises';

import type { Manifest } from '@ims/contract';
import { Failure, silentLogger, type Logger } from '@ims/runtime';
import { decodeManifest } from './decode-manifest.ts';
import { createDigester, describeChecksum, type Digest } from './digests.ts';
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
 * Reads a published image back against its manifest, every byte of it: each artifact is there with its size and both
 * checksums, and in S3 with its etag and with the same checksums in its metadata.
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
  const text = isInS3(address) ? await readText(address, options) : await readPath(address);
  const manifest = decodeManifest(text, address);
  for (const artifact of manifest.artifacts) {
    if (artifact.link.type === 's3') await verifyObject(artifact, options);
    else await verifyFile(artifact, signal);
  }
  return manifest;
}

async function readPath(path: string): Promise<string> {
  return await onStore(path, async () => await readFile(path, 'utf8'));
}

async function readText(address: string, options: Reading): Promise<string> {
  const object = await openObject(address, options);
  const chunks: Uint8Array[] = [];
  for await (const chunk of object.read(0)) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

async function verifyFile(artifact: ManifestArtifact, signal: AbortSignal): Promise<void> {
  const { path } = artifact.link;
  const held = await onStore(path, async () => await digestFile(path, signal).catch(undefinedWhenAbsent));
  if (held === undefined) throw differs(path, 'it is not there');
  requireSame(artifact, held);
}

function undefinedWhenAbsent(error: unknown): undefined {
  if (codeOf(error) !== 'ENOENT') throw error;
}

async function verifyObject(artifact: ManifestArtifact, options: Reading): Promise<void> {
  const { link, md5, sha256 } = artifact;
  // Named in the manifest and not there: the image is damaged, whatever the store thinks of it.
  const object = await openObject(link.path, { ...options, absent: 'VerificationFailed' });
  const digester = createDigester();
  for await (const chunk of object.read(0)) digester.update(chunk);
  requireSame(artifact, digester.digest());
  const facts = [
    ['etag', link.etag, object.etag],
    ['metadata md5sum', md5, object.metadata['md5sum']],
    ['metadata sha256sum', sha256, object.metadata['sha256sum']],
  ] as const;
  for (const [name, wanted, found = 'nothing'] of facts) {
    if (found !== wanted) throw differs(link.path, `${name} ${wanted}; it has ${found}`);
  }
}

async function openObject(address: string, options: Reading & Pick<S3ObjectOptions, 'absent'>): Promise<S3Object> {
  const { s3, logger = silentLogger, ...rest } = options;
  if (s3 !== undefined) return await openS3Object({ ...rest, settings: s3, address, logger, role: 'store' });
  throw new Failure('ConfigurationInvalid', `nothing says how ${address} is reached`, {
    advice: 'set S3_ENDPOINT, S3_ACCESS_KEY and S3_SECRET_KEY',
  });
}

function requireSame(artifact: ManifestArtifact, held: Digest): void {
  const { link, md5, sha256, size } = artifact;
  if (held.size === size && held.md5 === md5 && held.sha256 === sha256) return;
  const wanted = `${describeChecksum(artifact)}, md5 ${md5}`;
  throw differs(link.path, `${wanted}; it has ${describeChecksum(held)}, md5 ${held.md5}`);
}

function differs(path: string, how: string): Failure {
  return new Failure('VerificationFailed', `${path} is not what its manifest says: ${how}`);
}

function isInS3(address: string): boolean {
  return /^s3:\/\//i.test(address);
}
