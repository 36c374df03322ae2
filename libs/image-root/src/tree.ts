// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { chmod, chown, lchown } from 'node:fs/promises';

import { Failure } from '@ims/runtime';

import { at } from './bytes.ts';
import type { Obstacles } from './despite.ts';
import { namesIn } from './entries.ts';
import { pinEntry, type Pin } from './pin.ts';

/** Deeper trees are refused: mksquashfs could not name their files either (PATH_MAX). */
const DEEPEST = 1000;

/** A name in a pinned directory, and how far below the start of the walk. */
export interface Spot {
  readonly parent: Pin;
  /** A byte string. */
  readonly name: string;
  readonly depth: number;
}

/** Below the start, all the names of a directory at once: one by one, each would cost some starts of programs. */
export function obstaclesOf({ parent, name, depth }: Spot, besides: readonly string[]): Obstacles {
  return {
    directory: parent,
    names: async () => [...besides, ...(depth === 0 ? [name] : await namesIn(parent))],
  };
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

async function descend(spot: Spot, visit: (entry: VisitedEntry) => Promise<void>): Promise<void> {
  const { parent, name, depth } = spot;
  await using pin = await pinEntry(parent, name);
  if (pin === undefined || (await pin.mount()) !== (await parent.mount())) return;
  await visit({ parent, name, pin, obstacles: obstaclesOf(spot, []) });
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
  /** Whose attributes forbid to change it. */
  readonly obstacles: Obstacles;
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
