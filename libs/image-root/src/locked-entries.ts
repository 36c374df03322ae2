// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { readlink } from 'node:fs/promises';

import { Failure } from '@ims/runtime';

import { notLiftable, unlockCommand, type Attributes } from './attributes.ts';
import { namesIn } from './entries.ts';
import { isOfTheImage } from './errno.ts';
import type { Finding } from './finding.ts';
import type { ImageRoot } from './image-root.ts';
import type { Pin } from './pin.ts';
import { USER_FLAGS } from './stale-flags.ts';
import { visitTree } from './tree.ts';

/** What the job itself changes, besides the tree `/image`. */
const CHANGED: Readonly<Record<string, readonly string[]>> = {
  '/etc': ['.', 'resolv.conf'],
  '/tmp': ['.', ...USER_FLAGS],
};

/**
 * Looks for entries that the job itself has to change when the shell is gone, and cannot: they bear the attribute
 * "immutable" or "append-only", and this container may not take it off. Costs nothing where it may.
 *
 * @param prefix what comes before a path of the image for whoever reads the finding: empty in the jail
 */
export async function inspectLocked(root: ImageRoot, prefix: string): Promise<Finding | undefined> {
  const paths = (await lockedPaths(root)).map((path) => `${prefix}${path}`);
  if (paths.length === 0) return undefined;
  return { reason: 'ImageInvalid', message: `${notLiftable(paths)}; run: ${unlockCommand(paths)}` };
}

/**
 * Refuses an image root with such entries before its shell opens.
 *
 * @throws Failure PlatformUnavailable with the command that takes the attributes off
 */
export async function refuseLocked(root: ImageRoot): Promise<void> {
  const paths = (await lockedPaths(root)).map((path) => `${root.path}${path}`);
  if (paths.length === 0) return;
  throw new Failure('PlatformUnavailable', notLiftable(paths), {
    advice: `run: ${unlockCommand(paths)} where CAP_LINUX_IMMUTABLE is available, or give it to this container`,
  });
}

/** Seen from inside the image. */
async function lockedPaths(root: ImageRoot): Promise<string[]> {
  const { attributes } = root;
  if (attributes === undefined || (await attributes.mayLift())) return [];
  await using top = await root.directory('/');
  if (top === undefined) return [];
  const found: string[] = [];
  for (const [path, names] of Object.entries(CHANGED)) {
    await using directory = await directoryAt(root, path);
    if (directory !== undefined) found.push(...(await attributes.find(directory, names)));
  }
  found.push(...(await inTree(top, 'image', attributes)));
  const above = await readlink(top.path);
  return found.map((path) => (path.startsWith(`${above}/`) ? path.slice(above.length) : path));
}

async function inTree(top: Pin, name: string, attributes: Attributes): Promise<string[]> {
  const found = [...(await attributes.find(top, [name]))];
  await visitTree(top, name, async ({ pin }) => {
    if (pin.kind === 'directory') found.push(...(await attributes.find(pin, await namesIn(pin))));
  });
  return found;
}

/** One that leads out of the image, or is none, is refused by whoever works in it. */
async function directoryAt(root: ImageRoot, path: string): Promise<Pin | undefined> {
  try {
    return await root.directory(path);
  } catch (error) {
    if (isOfTheImage(error)) return undefined;
    throw error;
  }
}
