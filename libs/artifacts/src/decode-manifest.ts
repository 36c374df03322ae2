// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { LinkType, Manifest } from '@ims/contract';
import { Failure } from '@ims/runtime';

type ManifestArtifact = Manifest['artifacts'][number];

/** An artifact in a manifest of anybody: the reference names neither sha256 nor size (reference §6.1). */
export type NamedArtifact = Omit<ManifestArtifact, 'sha256' | 'size'> & {
  readonly sha256: string | undefined;
  readonly size: number | undefined;
};

/**
 * Reads a manifest of ours; `what` names it in errors.
 *
 * @throws Failure VerificationFailed saying which field is wrong
 */
export function decodeManifest(text: string, what: string): Manifest {
  const { artifacts, ...manifest } = decodeAnyManifest(text, what);
  return {
    ...manifest,
    artifacts: artifacts.map(({ sha256, size, ...artifact }) => {
      if (sha256 === undefined || size === undefined) throw malformed(what, 'an artifact has no sha256 or no size');
      return { ...artifact, sha256, size };
    }),
  };
}

/**
 * Reads a manifest of version 1.0 (reference §6.1), of ours or of the reference; `what` names it in errors.
 *
 * @throws Failure VerificationFailed saying which field is wrong
 */
export function decodeAnyManifest(
  text: string,
  what: string,
): Omit<Manifest, 'artifacts'> & { readonly artifacts: readonly NamedArtifact[] } {
  const manifest = recordOf(parse(text, what), what);
  if (manifest['version'] !== '1.0') throw malformed(what, 'its version is not 1.0');
  const artifacts = manifest['artifacts'];
  if (!Array.isArray(artifacts)) throw malformed(what, 'artifacts is no list');
  return {
    version: '1.0',
    created: textOf(manifest, 'created', what),
    artifacts: artifacts.map((artifact, index) => decodeArtifact(artifact, `${what}, artifact ${String(index + 1)}`)),
  };
}

function decodeArtifact(value: unknown, what: string): NamedArtifact {
  const artifact = recordOf(value, what);
  const link = recordOf(artifact['link'], `${what}, link`);
  return {
    type: textOf(artifact, 'type', what),
    md5: textOf(artifact, 'md5', what),
    sha256: artifact['sha256'] === undefined ? undefined : textOf(artifact, 'sha256', what),
    size: artifact['size'] === undefined ? undefined : sizeOf(artifact['size'], what),
    link: { type: linkTypeOf(link, what), path: textOf(link, 'path', what), etag: textOf(link, 'etag', what) },
  };
}

function linkTypeOf(link: Record<string, unknown>, what: string): LinkType {
  const type = link['type'];
  if (type !== 's3' && type !== 'file') throw malformed(what, 'its link is neither s3 nor file');
  return type;
}

function sizeOf(size: unknown, what: string): number {
  if (typeof size === 'number' && Number.isSafeInteger(size) && size >= 0) return size;
  throw malformed(what, 'size is no size');
}

function textOf(record: Record<string, unknown>, field: string, what: string): string {
  const value = record[field];
  if (typeof value !== 'string') throw malformed(what, `${field} is no text`);
  return value;
}

function recordOf(value: unknown, what: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw malformed(what, 'it is no object');
  return value as Record<string, unknown>;
}

function parse(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Failure('VerificationFailed', `${what} is no JSON`, { cause: error });
  }
}

function malformed(what: string, how: string): Failure {
  return new Failure('VerificationFailed', `${what} is no manifest: ${how}`);
}
