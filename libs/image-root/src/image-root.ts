// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { chmod, chown, mkdir, readlink } from 'node:fs/promises';

import { Failure } from '@ims/runtime';

import type { Attributes } from './attributes.ts';
import { at, toText } from './bytes.ts';
import {
  namesIn,
  removeEntry,
  replaceByLink,
  replaceFile,
  syncDirectory,
  type FileAttributes,
  type Owner,
} from './entries.ts';
import { named, unless } from './errno.ts';
import { entryOf, type Entry } from './entry.ts';
import { openPinned, type ImageFile } from './image-file.ts';
import { pinEntry, type Pin } from './pin.ts';
import { change, inParent, locate, pinDirectory, show, writeIn, type Ground } from './places.ts';
import { removeBelow } from './remove-below.ts';

/** A directory that is held open: its path stays on it whatever happens to its name. */
export type PinnedDirectory = Pin;

const ROOT_OWNER: Owner = { uid: 0, gid: 0 };

/**
 * The untrusted image root. Every path is read as if the root were `/`, each component is pinned
 * before the next is looked at, and nothing outside is ever reached (H27).
 * Methods give `undefined` or `false` for what is not there.
 *
 * All throw Failure PathEscapesRoot for a path that leads out, ImageInvalid for what cannot be used
 * as asked (a directory instead of a file, too many links), NoSpace, PlatformUnavailable.
 */
export class ImageRoot implements AsyncDisposable {
  /** The path of the root as the container sees it. */
  readonly path: string;
  readonly #ground: Ground;

  constructor(path: string, ground: Ground) {
    this.path = path;
    this.#ground = ground;
  }

  /** What takes attributes off that stand in the way; methods that change something use it by themselves. */
  get attributes(): Attributes | undefined {
    return this.#ground.attributes;
  }

  /** What a path leads to, links followed inside the root. */
  async stat(path: string): Promise<Entry | undefined> {
    const place = await locate(this.#ground.pin, path);
    if (!place.found) return undefined;
    await using pin = place.pin;
    return entryOf(pin, place.path);
  }

  /** What stands at the path itself, a link included. */
  async lstat(path: string): Promise<Entry | undefined> {
    return await inParent(this.#ground, path, async (parent, name) => {
      await using pin = await pinEntry(parent.pin, name);
      return pin === undefined ? undefined : entryOf(pin, `${parent.path === '/' ? '' : parent.path}/${name}`);
    });
  }

  /** Why a path leads to nothing, in a sentence that names the link or component; `undefined` when it leads to something. */
  async whyAbsent(path: string): Promise<string | undefined> {
    const place = await locate(this.#ground.pin, path);
    if (!place.found) return place.why;
    await place.pin.close();
    return undefined;
  }

  /** Opens a regular file for reading; the caller closes it. Other kinds are refused without being opened. */
  async openFile(path: string): Promise<ImageFile | undefined> {
    const place = await locate(this.#ground.pin, path);
    if (!place.found) return undefined;
    await using pin = place.pin;
    return await named(`opening ${show(path)}`, async () => await openPinned(pin, place.path));
  }

  /** The bytes of a regular file that has at most `maxBytes`. */
  async readFile(path: string, limit: { readonly maxBytes: number }): Promise<Buffer | undefined> {
    await using file = await this.openFile(path);
    if (file === undefined) return undefined;
    if (file.size > limit.maxBytes) {
      const found = `${show(path)} has ${String(file.size)} bytes`;
      throw new Failure('ImageInvalid', `${found}, at most ${String(limit.maxBytes)} are read`);
    }
    return await file.bytes();
  }

  /** Writes a file atomically and durably in place of any file or link of that name; a link is replaced, not followed. */
  async writeFile(path: string, data: Uint8Array, attributes: FileAttributes): Promise<void> {
    await writeIn(this.#ground, path, async (parent, name) => {
      await replaceFile(parent, name, { data, attributes });
    });
  }

  /** Makes a link in place of any file or link of that name. The target is not looked at. */
  async makeLink(path: string, target: string | Buffer, owner: Owner = ROOT_OWNER): Promise<void> {
    await writeIn(this.#ground, path, async (parent, name) => {
      await replaceByLink(parent, name, { target: Buffer.from(target), owner });
    });
  }

  /** The target of a link, byte for byte; `undefined` when the path is no link. */
  async readLink(path: string): Promise<Buffer | undefined> {
    return await inParent(this.#ground, path, async ({ pin }, name) => {
      const read = async (): Promise<Buffer> => await readlink(at(pin, name), { encoding: 'buffer' });
      return await unless(['ENOENT', 'EINVAL', 'ENOTDIR'], read);
    });
  }

  /** Makes a directory; tells whether it was made. An existing one keeps its mode and owner. */
  async makeDirectory(path: string, mode: number): Promise<boolean> {
    const existing = await this.stat(path);
    if (existing?.kind === 'directory') return false;
    await writeIn(this.#ground, path, async (parent, name) => {
      await mkdir(at(parent, name));
      await using made = await pinEntry(parent, name);
      if (made?.kind !== 'directory') throw new Failure('ImageInvalid', `${show(path)} was replaced as it was made`);
      await chmod(made.path, mode);
      await syncDirectory(parent);
    });
    return true;
  }

  /** The names in a directory, sorted. */
  async list(path: string): Promise<readonly string[] | undefined> {
    await using directory = await pinDirectory(this.#ground.pin, path);
    return directory === undefined ? undefined : (await namesIn(directory)).map(toText);
  }

  /** Removes anything but a directory; never follows a link. Tells whether there was something. */
  async remove(path: string): Promise<boolean> {
    const removed = await inParent(this.#ground, path, async ({ pin }, name) => await removeEntry(pin, name));
    return removed ?? false;
  }

  /** Removes whatever stands at the path with all below it; links are removed, mount points refused. */
  async removeTree(path: string): Promise<boolean> {
    const removed = await inParent(this.#ground, path, async ({ pin }, name) => {
      return await removeBelow(pin, name, this.attributes);
    });
    return removed ?? false;
  }

  /** Sets permission bits; the path must exist and links are followed inside the root. */
  async chmod(path: string, mode: number): Promise<void> {
    await change(this.#ground, path, async (pin) => {
      await chmod(pin.path, mode);
    });
  }

  /** Sets the owner; the path must exist and links are followed inside the root. */
  async chown(path: string, owner: Owner): Promise<void> {
    await change(this.#ground, path, async (pin) => {
      await chown(pin.path, owner.uid, owner.gid);
    });
  }

  /** Holds a directory open; the caller closes it. */
  async directory(path: string): Promise<PinnedDirectory | undefined> {
    return await pinDirectory(this.#ground.pin, path);
  }

  async close(): Promise<void> {
    await this.#ground.pin.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
