// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { closeSync, constants, fstatSync, lstatSync, openSync, readdirSync, type Stats } from 'node:fs';
import { setImmediate } from 'node:timers/promises';

import { Failure } from '@ims/runtime';

import { at } from './bytes.ts';
import { codeOf, named } from './errno.ts';
import type { ImageRoot } from './image-root.ts';
import { O_PATH } from './pin.ts';
import { DEEPEST } from './tree.ts';

/** How large a tree is. Hard links count once; what is mounted below does not count. */
export interface Usage {
  /** Sum of the sizes of regular files. */
  readonly bytes: number;
  /** The same without the holes of sparse files: what there is to pack. */
  readonly dataBytes: number;
  /** Entries of every kind, the root included. */
  readonly inodes: number;
}

interface Frame {
  readonly path: string;
  readonly fd: number;
  readonly names: string[];
}

interface Tally {
  readonly device: number;
  readonly linked: Set<bigint>;
  bytes: number;
  dataBytes: number;
  inodes: number;
}

const SLICE_MS = 8;
const OPEN = O_PATH | constants.O_DIRECTORY | constants.O_NOFOLLOW;

/**
 * Measures the image root without reading a byte of it. The calls are synchronous, as they take a
 * microsecond each and a promise ten, but the event loop gets its turn every few milliseconds.
 *
 * @throws Failure ImageInvalid when directories are nested too deep
 */
export async function usageOf(root: ImageRoot): Promise<Usage> {
  await using top = await root.directory('/');
  if (top === undefined) throw new Failure('ImageInvalid', 'the image root was removed while it was in use');
  const path = top.path;
  return await named('measuring the image root', async () => await measure(path));
}

async function measure(path: string): Promise<Usage> {
  const frames = [frame(`${path}/.`)];
  const tally: Tally = { device: deviceOf(frames), linked: new Set(), bytes: 0, dataBytes: 0, inodes: 1 };
  let since = performance.now();
  try {
    for (let here = frames.at(-1); here !== undefined; here = frames.at(-1)) {
      step(frames, here, tally);
      if (performance.now() - since < SLICE_MS) continue;
      await setImmediate();
      since = performance.now();
    }
  } finally {
    for (const { fd } of frames) closeSync(fd);
  }
  return { bytes: tally.bytes, dataBytes: tally.dataBytes, inodes: tally.inodes };
}

function step(frames: Frame[], here: Frame, tally: Tally): void {
  const name = here.names.pop();
  if (name === undefined) {
    frames.pop();
    closeSync(here.fd);
    return;
  }
  const path = at(here, name);
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats === undefined || !count(tally, stats, path)) return;
  if (!stats.isDirectory() || stats.dev !== tally.device) return;
  if (frames.length > DEEPEST)
    throw new Failure('ImageInvalid', `directories are nested more than ${String(DEEPEST)} deep`);
  descend(frames, path);
}

/** False for another name of a file that was counted. */
function count(tally: Tally, stats: Stats, path: Buffer): boolean {
  if (stats.nlink > 1 && !stats.isDirectory()) {
    // Inode numbers of overlay file systems do not fit a double.
    const ino = lstatSync(path, { bigint: true, throwIfNoEntry: false })?.ino;
    if (ino === undefined || tally.linked.has(ino)) return false;
    tally.linked.add(ino);
  }
  tally.inodes += 1;
  if (!stats.isFile()) return true;
  tally.bytes += stats.size;
  tally.dataBytes += Math.min(stats.size, stats.blocks * 512);
  return true;
}

/** A directory that became something else meanwhile is simply not counted. */
function descend(frames: Frame[], path: Buffer): void {
  try {
    frames.push(frame(path));
  } catch (error) {
    if (!['ENOENT', 'ENOTDIR', 'ELOOP'].includes(codeOf(error) ?? '')) throw error;
  }
}

function frame(path: string | Buffer): Frame {
  const fd = openSync(path, OPEN);
  const own = `/proc/self/fd/${String(fd)}`;
  try {
    return { fd, path: own, names: readdirSync(own, { encoding: 'latin1' }) };
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

function deviceOf([top]: readonly Frame[]): number {
  if (top === undefined) throw new Error('a walk begins somewhere');
  return fstatSync(top.fd).dev;
}
