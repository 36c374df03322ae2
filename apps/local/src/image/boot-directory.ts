// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { basename } from 'node:path';

import { bootPath, moduleReleases, openImageRoot, type ImageRoot } from '@ims/image-root';
import { Failure } from '@ims/runtime';

import type { BootDirectory } from './boot-names.ts';

/** The names of which the target is looked at: links as distributions make them. */
const LINKED = ['vmlinuz', 'Image', 'initrd'];

/**
 * What an image root has that can be booted. Links are followed inside the root, so that `/boot` may be one; what leads
 * out of it, or cannot be read, is not there.
 */
export async function readBootDirectory(imageRoot: string): Promise<BootDirectory> {
  await using root = await openImageRoot(imageRoot);
  const names = (await orNothing(async () => await root.list('/boot'))) ?? [];
  const links = await Promise.all(LINKED.map(async (name) => await linkOf(root, name)));
  return { names, links: Object.fromEntries(links.flat()), modules: await moduleReleases(root) };
}

async function linkOf(root: ImageRoot, name: string): Promise<[string, string][]> {
  const target = await orNothing(async () => await root.readLink(bootPath(name)));
  return target === undefined ? [] : [[name, basename(target.toString('utf8'))]];
}

async function orNothing<T>(look: () => Promise<T | undefined>): Promise<T | undefined> {
  try {
    return await look();
  } catch (error) {
    if (error instanceof Failure) return undefined;
    throw error;
  }
}
