// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { constants } from 'node:fs';
import { lchown, open, readdir, rename, symlink, unlink, type FileHandle } from 'node:fs/promises';

import { at } from './bytes.ts';
import { unless } from './errno.ts';
import type { Pin } from './pin.ts';

/** Whom an entry belongs to. */
export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/** Owner, mode and time of a file that is written. */
export interface FileAttributes extends Owner {
  /** Permission bits. */
  readonly mode: number;
  /** Modification time, now when left out. */
  readonly modified?: Date;
}

const TEMPORARY = 'ims-new';

/** A fixed name, so that what a crash left is found and removed by the next write. */
export function temporaryOf(name: string): string {
  return `.${name}.${TEMPORARY}`;
}

/** Writes a file of a pinned directory: temporary name, fsync, rename, fsync of the directory; durable when it resolves. */
export async function replaceFile(
  directory: Pin,
  name: string,
  content: { readonly data: Uint8Array; readonly attributes: FileAttributes },
): Promise<void> {
  await replace(directory, name, async (temporary) => {
    const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
    const file = await open(temporary, flags, 0o600);
    try {
      await file.writeFile(content.data);
      await dress(file, content.attributes);
      await file.sync();
    } finally {
      await file.close();
    }
  });
}

/** Makes a link in a pinned directory, in place of whatever file or link has the name. */
export async function replaceByLink(
  directory: Pin,
  name: string,
  link: { readonly target: Buffer; readonly owner: Owner },
): Promise<void> {
  await replace(directory, name, async (temporary) => {
    await symlink(link.target, temporary);
    await lchown(temporary, link.owner.uid, link.owner.gid);
  });
}

/** Removes everything but a directory; tells whether there was something. */
export async function removeEntry(directory: Pin, name: string): Promise<boolean> {
  const removed = await unless(['ENOENT'], async () => {
    await unlink(at(directory, name));
    return true;
  });
  if (removed === true) await syncDirectory(directory);
  return removed === true;
}

/** The names in a pinned directory, byte strings, sorted. */
export async function namesIn(directory: Pin): Promise<string[]> {
  return (await readdir(directory.path, { encoding: 'latin1' })).sort();
}

/** Makes renames and removals in a directory durable. */
export async function syncDirectory(directory: Pin): Promise<void> {
  const handle = await open(directory.path, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function dress(file: FileHandle, attributes: FileAttributes): Promise<void> {
  // chown clears set-user-id bits, so the mode comes after it.
  await file.chown(attributes.uid, attributes.gid);
  await file.chmod(attributes.mode);
  if (attributes.modified !== undefined) await file.utimes(attributes.modified, attributes.modified);
}

async function replace(directory: Pin, name: string, make: (temporary: Buffer) => Promise<void>): Promise<void> {
  const temporary = at(directory, temporaryOf(name));
  await unless(['ENOENT'], async () => {
    await unlink(temporary);
  });
  try {
    await make(temporary);
    await rename(temporary, at(directory, name));
  } catch (error) {
    await unless(['ENOENT'], async () => {
      await unlink(temporary);
    });
    throw error;
  }
  await syncDirectory(directory);
}
