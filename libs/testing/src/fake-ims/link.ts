// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { ARTIFACTS } from '@ims/contract';

import type { WebAnswer } from '../web-server.ts';
import { framework, problem } from './answers.ts';
import { isObject } from './fields.ts';
import type { Objects } from './objects.ts';
import type { ImsImage, ImsLink } from './records.ts';

const LARGEST_MANIFEST = 1024 * 1024;

/** An artifact as it has to stand in a manifest. */
interface Listed {
  readonly type: string;
  readonly link: ImsLink;
}

/**
 * Why a link cannot be stored: IMS reads the manifest and looks for every artifact in it, so that all objects must
 * exist before (reference §6.2). Etags and sums are not compared.
 */
export async function refusalOfLink(
  link: ImsLink,
  world: { readonly images: Iterable<ImsImage>; readonly objects: Objects | undefined },
): Promise<WebAnswer | undefined> {
  const other = [...world.images].find((image) => image.link?.path === link.path);
  if (other !== undefined) return problem(422, `The link path ${link.path} is that of the image record ${other.id}.`);
  if (world.objects === undefined) return undefined;
  const size = await world.objects.sizeOf(link.path);
  if (size === undefined) return missing(link.path);
  if (size >= LARGEST_MANIFEST) return problem(400, `The manifest ${link.path} is larger than a manifest may be.`);
  const manifest = parsed(await world.objects.read(link.path));
  // The reference has no answer of its own for this: an exception that nobody catches.
  if (!isObject(manifest)) return framework(500, 'Internal Server Error');
  const malformed = malformation(manifest);
  if (malformed !== undefined) return problem(422, `The image's manifest.json is malformed: ${malformed}.`);
  return await refusalOfArtifacts(manifest['artifacts'] as readonly Listed[], world.objects);
}

/** The addresses of the artifacts that a manifest names, as far as it can be read. */
export function artifactsOf(bytes: Buffer): readonly string[] {
  const manifest = parsed(bytes);
  const artifacts: readonly unknown[] =
    isObject(manifest) && Array.isArray(manifest['artifacts']) ? manifest['artifacts'] : [];
  return artifacts.flatMap((artifact) => {
    const link = isObject(artifact) ? artifact['link'] : undefined;
    return isObject(link) && typeof link['path'] === 'string' ? [link['path']] : [];
  });
}

/** The manifest, undefined when it is no JSON in UTF-8. */
export function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf8', { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}

async function refusalOfArtifacts(artifacts: readonly Listed[], objects: Objects): Promise<WebAnswer | undefined> {
  for (const { link } of artifacts) if ((await objects.sizeOf(link.path)) === undefined) return missing(link.path);
  const roots = artifacts.filter(({ type }) => type.startsWith(ARTIFACTS.rootfs.mime)).length;
  if (roots === 0) return problem(400, 'The manifest does not include any rootfs artifacts.');
  return roots > 1 ? problem(400, 'The manifest includes multiple rootfs artifacts.') : undefined;
}

function malformation(manifest: Readonly<Record<string, unknown>>): string | undefined {
  if (!('version' in manifest)) return 'it has no version';
  if (manifest['version'] !== '1.0') return 'its version is not supported';
  const artifacts = manifest['artifacts'];
  if (!Array.isArray(artifacts)) return 'it has no list of artifacts';
  return artifacts.map(artifactMalformation).find((found) => found !== undefined);
}

function artifactMalformation(artifact: unknown): string | undefined {
  if (!isObject(artifact)) return 'an artifact is no object';
  const { link, type } = artifact;
  if (!isObject(link)) return 'an artifact has no link';
  if (link['type'] !== 's3') return 'the link type of an artifact is not supported';
  if (typeof link['path'] !== 'string') return 'the link of an artifact has no path';
  return typeof type === 'string' ? undefined : 'an artifact has no type';
}

function missing(path: string): WebAnswer {
  return problem(422, `The s3 artifact ${path} cannot be validated.`);
}
