// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { Failure } from '@ims/runtime';

import type { Attributes } from './attributes.ts';
import { printable, toBytes, toText } from './bytes.ts';
import { despiteAttributes } from './despite.ts';
import { temporaryOf } from './entries.ts';
import { named } from './errno.ts';
import { KIND_NAMES, type Pin } from './pin.ts';
import { resolve, type Resolution } from './resolve.ts';

/** A pinned root, and what takes attributes off that stand in the way of changing it. */
export interface Ground {
  readonly pin: Pin;
  /** Without it, such entries are a failure. */
  readonly attributes: Attributes | undefined;
}

/** A path for a message. */
export function show(path: string): string {
  return printable(toBytes(path));
}

/** Where a path leads, links followed; the caller closes the pin. */
export async function locate(root: Pin, path: string): Promise<Resolution> {
  return await named(`looking for ${show(path)}`, async () => await resolve(root, toBytes(path)));
}

/** A directory with its resolved path, a byte string. */
export interface Parent {
  readonly pin: Pin;
  readonly path: string;
}

/** Works on the last name of a path in its pinned directory; `undefined` when that directory is not there. */
export async function inParent<T>(
  ground: Ground,
  path: string,
  work: (parent: Parent, name: string) => Promise<T>,
): Promise<T | undefined> {
  const { directory, name } = split(path);
  const place = await locate(ground.pin, directory);
  if (!place.found) return undefined;
  await using pin = place.pin;
  if (pin.kind !== 'directory') return undefined;
  const bytes = toBytes(name);
  const obstacles = { directory: pin, names: async () => await Promise.resolve(['.', bytes, temporaryOf(bytes)]) };
  return await named(`working on ${show(path)}`, async () => {
    return await despiteAttributes(
      ground.attributes,
      obstacles,
      async () => await work({ pin, path: place.path }, bytes),
    );
  });
}

/**
 * As {@link inParent}, for what needs the directory.
 *
 * @throws Failure ImageInvalid when it is not there
 */
export async function writeIn(
  ground: Ground,
  path: string,
  work: (parent: Pin, name: string) => Promise<void>,
): Promise<void> {
  const done = await inParent(ground, path, async ({ pin }, name) => {
    await work(pin, name);
    return true;
  });
  if (done === true) return;
  const { directory } = split(path);
  const place = await locate(ground.pin, directory);
  if (place.found) await place.pin.close();
  const why = place.found ? `${show(directory)} is not a directory` : place.why;
  throw new Failure('ImageInvalid', `${show(path)} cannot be written: ${why}`);
}

/** Changes the very entry that a path leads to; it must exist. */
export async function change(ground: Ground, path: string, work: (pin: Pin) => Promise<void>): Promise<void> {
  const place = await locate(ground.pin, path);
  if (!place.found) throw new Failure('ImageInvalid', `${show(path)} cannot be changed: ${place.why}`);
  await using pin = place.pin;
  const at = place.path;
  await named(`changing ${show(path)}`, async () => {
    if (pin.kind !== 'directory') {
      await inParent(ground, toText(at), async () => await work(pin));
      return;
    }
    const obstacles = { directory: pin, names: async () => await Promise.resolve(['.']) };
    await despiteAttributes(ground.attributes, obstacles, async () => await work(pin));
  });
}

/** Pins the directory that a path leads to; the caller closes it. */
export async function pinDirectory(root: Pin, path: string): Promise<Pin | undefined> {
  const place = await locate(root, path);
  if (!place.found) return undefined;
  if (place.pin.kind === 'directory') return place.pin;
  await place.pin.close();
  throw new Failure('ImageInvalid', `${show(path)} is ${KIND_NAMES[place.pin.kind]}, a directory is needed`);
}

function split(path: string): { directory: string; name: string } {
  const trimmed = path.replace(/\/+$/, '');
  const cut = trimmed.lastIndexOf('/');
  const name = trimmed.slice(cut + 1);
  if (['', '.', '..'].includes(name)) throw new Failure('Defect', `${show(path)} does not end in a name`);
  return { directory: trimmed.slice(0, cut + 1), name };
}
