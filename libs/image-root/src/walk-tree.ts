// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { closeSync, constants, fstatSync, lstatSync, openSync, readdirSync, type Stats } from 'node:fs';
import { setImmediate } from 'node:timers/promises';

import { Failure } from '@ims/runtime';

import { at } from './bytes.ts';
import { codeOf, named } from './errno.ts';
import type { ImageRoot } from './image-root.ts';
import { O_PATH } from './pin.ts';

/** What the walk has come to. It is good during the call that gets it. */
export interface Met {
  readonly stats: Stats;
  /** Leads there for a system call, whatever becomes of the names above. */
  readonly at: Buffer;
  /** As seen from inside the image: a byte string. */
  readonly path: () => string;
  /** Bytes of that. */
  readonly pathLength: number;
  /** Bytes of its last component. */
  readonly nameLength: number;
}

/** Looks at one entry; false keeps the walk from what lies below it. */
export type Visitor = (met: Met) => boolean;

interface Frame {
  /** Names the directory for system calls. */
  readonly path: string;
  /** As seen from inside the image, without a slash at its end. */
  readonly inside: string;
  readonly fd: number;
  readonly names: string[];
}

const SLICE_MS = 8;
const OPEN = O_PATH | constants.O_DIRECTORY | constants.O_NOFOLLOW;

/**
 * The longest path that a system call takes, without its zero byte (PATH_MAX of limits.h). What lies deeper is not
 * walked to: nobody can pack it by its name.
 */
export const LONGEST_PATH = 4095;

/**
 * Visits every entry of the image root but the root itself; what is mounted below is seen and not entered. The calls
 * are synchronous, as they take a few microseconds each and a promise ten more, but the event loop gets its turn every
 * few milliseconds.
 */
export async function walkTree(root: ImageRoot, visit: Visitor): Promise<void> {
  await using top = await root.directory('/');
  if (top === undefined) throw new Failure('ImageInvalid', 'the image root was removed while it was in use');
  const path = top.path;
  await named('looking through the image root', async () => await walk(path, visit));
}

async function walk(path: string, visit: Visitor): Promise<void> {
  const first = frame(`${path}/.`, '');
  const frames = [first];
  let since = performance.now();
  try {
    const { dev } = fstatSync(first.fd);
    for (let here = frames.at(-1); here !== undefined; here = frames.at(-1)) {
      step(frames, here, { device: dev, visit });
      if (performance.now() - since < SLICE_MS) continue;
      await setImmediate();
      since = performance.now();
    }
  } finally {
    for (const { fd } of frames) closeSync(fd);
  }
}

function step(frames: Frame[], here: Frame, { device, visit }: { device: number; visit: Visitor }): void {
  const name = here.names.pop();
  if (name === undefined) {
    frames.pop();
    closeSync(here.fd);
    return;
  }
  const path = at(here, name);
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return;
  const inside = (): string => `${here.inside}/${name}`;
  const pathLength = here.inside.length + 1 + name.length;
  const goesOn = visit({ stats, at: path, path: inside, pathLength, nameLength: name.length });
  if (!goesOn || !stats.isDirectory() || stats.dev !== device || pathLength > LONGEST_PATH) return;
  descend(frames, path, inside());
}

/** A directory that became something else meanwhile is simply not entered. */
function descend(frames: Frame[], path: Buffer, inside: string): void {
  try {
    frames.push(frame(path, inside));
  } catch (error) {
    if (!['ENOENT', 'ENOTDIR', 'ELOOP'].includes(codeOf(error) ?? '')) throw error;
  }
}

function frame(path: string | Buffer, inside: string): Frame {
  const fd = openSync(path, OPEN);
  const own = `/proc/self/fd/${String(fd)}`;
  try {
    return { fd, path: own, inside, names: readdirSync(own, { encoding: 'latin1' }) };
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}
