// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { closeSync, constants, fstatSync, openSync, readFileSync, type Stats } from 'node:fs';

import { at } from './bytes.ts';
import { unless } from './errno.ts';

/** A handle to an entry without opening it: no FIFO blocks, no device wakes (open(2), Linux). */
export const O_PATH = 0o10000000;

/** What stands at a path. */
export type Kind = 'file' | 'directory' | 'link' | 'fifo' | 'socket' | 'character-device' | 'block-device';

/** The kind that a `stat` result tells. */
function kindOf(stats: Stats): Kind {
  if (stats.isFile()) return 'file';
  if (stats.isDirectory()) return 'directory';
  if (stats.isSymbolicLink()) return 'link';
  if (stats.isFIFO()) return 'fifo';
  if (stats.isSocket()) return 'socket';
  return stats.isCharacterDevice() ? 'character-device' : 'block-device';
}

/** The kinds as they are named in messages. */
export const KIND_NAMES: Readonly<Record<Kind, string>> = {
  file: 'a regular file',
  directory: 'a directory',
  link: 'a link',
  fifo: 'a FIFO',
  socket: 'a socket',
  'character-device': 'a character device',
  'block-device': 'a block device',
};

/** One entry held by a descriptor: whatever happens to its name, the pin stays on the same entry. */
export class Pin implements AsyncDisposable {
  readonly stats: Stats;
  readonly kind: Kind;
  readonly #descriptor: number;
  #open = true;

  constructor(descriptor: number, stats: Stats) {
    this.#descriptor = descriptor;
    this.stats = stats;
    this.kind = kindOf(stats);
  }

  /** Names the entry in this process for as long as the pin is open. */
  get path(): string {
    return `/proc/self/fd/${String(this.#descriptor)}`;
  }

  /** Names the entry for a child process. */
  get pathForChildren(): string {
    return `/proc/${String(process.pid)}/fd/${String(this.#descriptor)}`;
  }

  /** The mount that the entry was reached through; differs below a mount point, bind mounts included (proc(5)). */
  async mount(): Promise<string | undefined> {
    // Made up by the kernel when it is read: nothing blocks, and the threads of Node would only take their time.
    const info = readFileSync(`/proc/self/fdinfo/${String(this.#descriptor)}`, 'utf8');
    return /^mnt_id:\s*(\d+)/m.exec(info)?.[1];
  }

  async close(): Promise<void> {
    // The number may be somebody else's by now.
    if (!this.#open) return;
    this.#open = false;
    closeSync(this.#descriptor);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

/**
 * Pins what stands at `path` itself, a link included. The calls are synchronous: nothing blocks that is opened so, and
 * a promise for each component takes some twenty times as long, at every look for a flag in the image's `/tmp`.
 */
export async function pinPath(path: string | Buffer): Promise<Pin> {
  const descriptor = openSync(path, O_PATH | constants.O_NOFOLLOW);
  try {
    return new Pin(descriptor, fstatSync(descriptor));
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
}

/** Pins the entry `name` of a pinned directory, a link itself; `undefined` when there is none. */
export async function pinEntry(directory: Pin, name: string): Promise<Pin | undefined> {
  return await unless(['ENOENT', 'ENOTDIR'], async () => await pinPath(at(directory, name)));
}
