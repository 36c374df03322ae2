// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { readlink } from 'node:fs/promises';

import { Failure } from '@ims/runtime';

import { at, printable } from './bytes.ts';
import { unless } from './errno.ts';
import { KIND_NAMES, pinEntry, type Pin } from './pin.ts';
import { absence, childOf, escape, pathOf, showPath, stepsOf, type Place, type Step, type Walk } from './walk.ts';

/** Links in one resolution, as in the kernel (path_resolution(7)). */
const MOST_LINKS = 40;

/** Where a path leads; byte strings. The pin belongs to the caller, who closes it. */
export type Resolution =
  { readonly found: true; readonly pin: Pin; readonly path: string } | { readonly found: false; readonly why: string };

/**
 * Resolves a path inside the pinned `root`, links included, each component pinned before the next:
 * what is renamed or replaced meanwhile can only make the answer older, never lead outside (H27).
 * Absolute links begin again at the root, as after chroot(2); a path that climbs above it is refused.
 *
 * @throws Failure PathEscapesRoot naming the link; ImageInvalid after {@link MOST_LINKS} links
 */
export async function resolve(root: Pin, path: string): Promise<Resolution> {
  const walk: Walk = { asked: path, trail: [await start(root)], pending: stepsOf(path, undefined), links: 0 };
  try {
    for (let step = walk.pending.shift(); step !== undefined; step = walk.pending.shift()) {
      const why = await advance(walk, step);
      if (why !== undefined) return { found: false, why };
    }
    const answer = pathOf(walk);
    const last = walk.trail.pop();
    if (last === undefined) throw new Error('a walk always stands somewhere');
    return { found: true, pin: last.pin, path: answer };
  } finally {
    await Promise.all(walk.trail.map(async ({ pin }) => await pin.close()));
  }
}

async function start(root: Pin): Promise<Place> {
  const pin = await pinEntry(root, '.');
  if (pin === undefined) throw new Failure('ImageInvalid', 'the image root was removed while it was in use');
  return { name: '', pin };
}

/** One component further; gives why not when the path ends here. */
async function advance(walk: Walk, step: Step): Promise<string | undefined> {
  if (step.name === '..') {
    await climb(walk, step);
    return undefined;
  }
  const here = walk.trail.at(-1);
  if (here === undefined) throw new Error('a walk always stands somewhere');
  if (here.pin.kind !== 'directory') return `${showPath(walk)} is ${KIND_NAMES[here.pin.kind]}, not a directory`;
  const pin = await pinEntry(here.pin, step.name);
  if (pin === undefined) return absence(walk, step);
  if (pin.kind !== 'link') {
    walk.trail.push({ name: step.name, pin });
    return undefined;
  }
  await pin.close();
  return await follow(walk, here.pin, step);
}

async function climb(walk: Walk, step: Step): Promise<void> {
  const left = walk.trail.length > 1 ? walk.trail.pop() : undefined;
  if (left === undefined) throw escape(walk, step);
  await left.pin.close();
}

async function follow(walk: Walk, directory: Pin, step: Step): Promise<string | undefined> {
  walk.links += 1;
  if (walk.links > MOST_LINKS) {
    throw new Failure('ImageInvalid', `${printable(walk.asked)} leads through more than ${String(MOST_LINKS)} links`, {
      advice: 'replace the links by one that names the file; they most likely form a loop',
    });
  }
  const target = await targetOf(directory, step.name);
  if (target === undefined) return absence(walk, step);
  if (target === 'changed') {
    walk.pending.unshift(step);
    return undefined;
  }
  const link = { path: childOf(walk, step.name), target: target.text };
  if (link.target.startsWith('/')) await restart(walk);
  walk.pending.unshift(...stepsOf(link.target, link));
  return undefined;
}

/** `changed`: it was a link a moment ago and is something else now. */
async function targetOf(directory: Pin, name: string): Promise<{ text: string } | 'changed' | undefined> {
  return await unless(['ENOENT'], async () => {
    const text = await unless(['EINVAL'], async () => await readlink(at(directory, name), { encoding: 'latin1' }));
    return text === undefined ? 'changed' : { text };
  });
}

async function restart(walk: Walk): Promise<void> {
  const left = walk.trail.splice(1);
  await Promise.all(left.map(async ({ pin }) => await pin.close()));
}
