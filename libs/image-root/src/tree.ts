// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { chmod, chown, lchown, rmdir } from 'node:fs/promises';

import { Failure } from '@ims/runtime';

import { at, printable } from './bytes.ts';
import { namesIn, removeEntry } from './entries.ts';
import { pinEntry, type Pin } from './pin.ts';

/** Deeper trees are refused: mksquashfs could not name their files either (PATH_MAX). */
export const DEEPEST = 1000;

/**
 * Removes the entry `name` of a pinned directory with all below it; links are removed, never followed.
 *
 * @throws Failure PlatformUnavailable at a mount point, before anything below it is touched
 */
export async function removeBelow(parent: Pin, name: string, depth = 0): Promise<boolean> {
  await using pin = await pinEntry(parent, name);
  if (pin === undefined) return false;
  if (pin.kind !== 'directory') return await removeEntry(parent, name);
  if ((await pin.mount()) !== (await parent.mount())) {
    throw new Failure('PlatformUnavailable', `${printable(name)} is a mount point and is not emptied`, {
      advice: 'unmount it first',
    });
  }
  for (const child of await childrenOf(pin, depth)) await removeBelow(pin, child, depth + 1);
  await rmdir(at(parent, name));
  return true;
}

/**
 * Calls `visit` for the entry `name` of a pinned directory and everything below it, parents first, each pinned.
 * Links are not followed, and what is mounted is left alone.
 */
export async function visitTree(
  parent: Pin,
  name: string,
  visit: (entry: VisitedEntry) => Promise<void>,
): Promise<void> {
  await descend({ parent, name, depth: 0 }, visit);
}

async function descend(
  { parent, name, depth }: { parent: Pin; name: string; depth: number },
  visit: (entry: VisitedEntry) => Promise<void>,
): Promise<void> {
  await using pin = await pinEntry(parent, name);
  if (pin === undefined || (await pin.mount()) !== (await parent.mount())) return;
  await visit({ parent, name, pin });
  if (pin.kind !== 'directory') return;
  for (const child of await childrenOf(pin, depth))
    await descend({ parent: pin, name: child, depth: depth + 1 }, visit);
}

/** One entry on the way through a tree. */
export interface VisitedEntry {
  readonly parent: Pin;
  /** A byte string. */
  readonly name: string;
  readonly pin: Pin;
}

/** Gives the very entry that is pinned to root and sets its mode. A link keeps its mode. */
export async function takeOver({ parent, name, pin }: VisitedEntry, mode: number): Promise<void> {
  if (pin.kind === 'link') {
    await lchown(at(parent, name), 0, 0);
    return;
  }
  await chown(pin.path, 0, 0);
  await chmod(pin.path, mode);
}

async function childrenOf(directory: Pin, depth: number): Promise<string[]> {
  if (depth > DEEPEST) {
    throw new Failure('ImageInvalid', `directories are nested more than ${String(DEEPEST)} deep in the image root`);
  }
  return await namesIn(directory);
}
