// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { randomUUID } from 'node:crypto';
import { rmdir, unlink } from 'node:fs/promises';

import { Failure } from '@ims/runtime';

import type { Attributes } from './attributes.ts';
import { at, printable } from './bytes.ts';
import { despiteAttributes } from './despite.ts';
import { namesIn, syncDirectory } from './entries.ts';
import { codeOf, unless } from './errno.ts';
import { pinEntry, type Pin } from './pin.ts';
import { renameEntry } from './rename.ts';
import { obstaclesOf, type Spot } from './tree.ts';

/** Each level is held open on the way down. What lies deeper is moved up to the start, and comes in a later round. */
const DEEPEST_HELD = 200;

/** A tree of so many times that depth cannot be made in any reasonable time: somebody keeps adding to it. */
const MOST_ROUNDS = 10_000;

/** What stays the same during one removal. */
interface Removal {
  readonly attributes: Attributes | undefined;
  /** The directory that is removed; undefined above it. */
  readonly top: Pin | undefined;
}

/**
 * Removes the entry `name` of a pinned directory with all below it, however deep; links are removed, never followed.
 *
 * @param attributes takes off what forbids to remove an entry; without it such an entry is a failure
 * @throws Failure PlatformUnavailable at a mount point, before anything below it is touched
 */
export async function removeBelow(parent: Pin, name: string, attributes?: Attributes): Promise<boolean> {
  const removed = await removeAt({ parent, name, depth: 0 }, { attributes, top: undefined });
  if (removed) await syncDirectory(parent);
  return removed;
}

async function removeAt(spot: Spot, removal: Removal): Promise<boolean> {
  const { parent, name } = spot;
  const obstacles = obstaclesOf(spot, ['.']);
  const found = await despiteAttributes(removal.attributes, obstacles, async () => await unlinkAt(parent, name));
  if (found !== 'directory') return found === 'removed';
  await using pin = await pinEntry(parent, name);
  if (pin?.kind !== 'directory') return false;
  await refuseMountPoint(pin, spot);
  if (spot.depth > DEEPEST_HELD && removal.top !== undefined) {
    const { top } = removal;
    await renameEntry({ directory: parent, name }, { directory: top, name: randomUUID() }, removal.attributes);
    return true;
  }
  await empty(pin, spot, { ...removal, top: removal.top ?? pin });
  await despiteAttributes(removal.attributes, obstacles, async () => {
    await rmdir(at(parent, name));
  });
  return true;
}

async function empty(pin: Pin, { depth }: Spot, removal: Removal): Promise<void> {
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const children = await namesIn(pin);
    for (const child of children) await removeAt({ parent: pin, name: child, depth: depth + 1 }, removal);
    if (children.length === 0 || depth > 0) return;
  }
}

async function unlinkAt(parent: Pin, name: string): Promise<'removed' | 'absent' | 'directory'> {
  try {
    const removed = await unless(['ENOENT'], async () => {
      await unlink(at(parent, name));
      return 'removed' as const;
    });
    return removed ?? 'absent';
  } catch (error) {
    if (codeOf(error) === 'EISDIR') return 'directory';
    throw error;
  }
}

async function refuseMountPoint(pin: Pin, { parent, name }: Spot): Promise<void> {
  if ((await pin.mount()) === (await parent.mount())) return;
  throw new Failure('PlatformUnavailable', `${printable(name)} is a mount point and is not emptied`, {
    advice: 'unmount it first',
  });
}
