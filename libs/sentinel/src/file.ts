// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { randomBytes } from 'node:crypto';
import { closeSync, constants, fstatSync, lstatSync, openSync, readSync, type Stats } from 'node:fs';
import { open, rename, rmdir, unlink } from 'node:fs/promises';

import { temporarySentinel, type Note, type OwnNote, type Sentinel, type Words } from '@ims/contract';
import { Failure } from '@ims/runtime';
import { decodeSentinel, encodeSentinel, SENTINEL_LIMIT } from './decode.ts';
import { codeOf, volumeFailure } from './errno.ts';

const READ = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
const CREATE = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;

/** When a sentinel counts, and as what. */
export interface ReadRule {
  /** Who must own it; anybody when left out. */
  readonly ownerUid?: number;
  /** Whether a text in the form of a note is one; by its token alone when left out. */
  readonly isOwn?: (note: Note) => boolean;
}

/**
 * Reads a sentinel; never throws and never blocks, whatever a user has put there (H28).
 *
 * Only a regular file counts. It is looked at before it is opened, since opening a device can do something; it is
 * opened without following a link and without waiting for a fifo's writer, and looked at again, since it may have
 * been swapped meanwhile. The calls are synchronous: they take microseconds, a promise for each some fifty times as
 * much, and this is done at every look, all day long.
 */
export async function readSentinel(path: string, rule: ReadRule = {}): Promise<Sentinel> {
  try {
    const stats = lstatSync(path, { throwIfNoEntry: false });
    if (stats === undefined) return { kind: 'absent' };
    return refusal(stats, rule) ?? readOpened(path, rule);
  } catch (error) {
    const code = codeOf(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return { kind: 'absent' };
    if (code === 'ELOOP') return { kind: 'unusable', found: 'a symbolic link' };
    return { kind: 'unusable', found: `something that cannot be read (${code ?? String(error)})` };
  }
}

function readOpened(path: string, rule: ReadRule): Sentinel {
  const fd = openSync(path, READ);
  try {
    return refusal(fstatSync(fd), rule) ?? decodeSentinel(readStart(fd), rule.isOwn);
  } finally {
    closeSync(fd);
  }
}

function readStart(fd: number): Uint8Array {
  const buffer = Buffer.alloc(SENTINEL_LIMIT);
  let size = 0;
  for (;;) {
    const bytesRead = readSync(fd, buffer, size, buffer.length - size, size);
    size += bytesRead;
    if (bytesRead === 0 || size === buffer.length) return buffer.subarray(0, size);
  }
}

function refusal(stats: Stats, rule: ReadRule): Sentinel | undefined {
  const kind = kindOf(stats);
  if (kind !== undefined) return { kind: 'unusable', found: kind };
  if (rule.ownerUid === undefined || stats.uid === rule.ownerUid) return undefined;
  return { kind: 'unusable', found: `a file of user ${String(stats.uid)}, where only root's counts` };
}

/** What stands at a path, in words; undefined for a regular file. */
function kindOf(stats: Stats): string | undefined {
  if (stats.isFile()) return undefined;
  if (stats.isDirectory()) return 'a directory';
  if (stats.isSymbolicLink()) return 'a symbolic link';
  if (stats.isSocket()) return 'a socket';
  if (stats.isFIFO()) return 'a fifo';
  return 'a device';
}

/** How a sentinel is written. */
export interface PostOptions {
  /**
   * Whether its text outlives a loss of power; yes when left out. What two running programs tell each other has no
   * need of that, and the disk may take its time.
   */
  readonly durable?: boolean;
}

/**
 * Writes a sentinel so that nobody ever sees half of it: a temporary name in the same directory, its text made
 * durable, then renamed. Mode 0644 whatever the umask is.
 *
 * @throws Failure NoSpace, PlatformUnavailable when the volume refuses
 */
export async function postSentinel(path: string, note?: OwnNote | Words, options: PostOptions = {}): Promise<void> {
  const slash = path.lastIndexOf('/') + 1;
  const temporary = path.slice(0, slash) + temporarySentinel(path.slice(slash), randomBytes(6).toString('hex'));
  try {
    await writeNew(temporary, encodeSentinel(note), options.durable ?? true);
    await renameOver(temporary, path);
  } catch (error) {
    await unlink(temporary).catch(() => undefined);
    throw volumeFailure(error, { what: 'write', path });
  }
}

async function writeNew(path: string, bytes: Uint8Array, durable: boolean): Promise<void> {
  const file = await open(path, CREATE, 0o644);
  try {
    await file.chmod(0o644);
    await file.writeFile(bytes);
    // Without a text there is nothing that the name could come before.
    if (durable && bytes.length > 0) await file.sync();
  } finally {
    await file.close();
  }
}

async function renameOver(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    if (codeOf(error) !== 'EISDIR') throw error;
    await rmdir(to);
    await rename(from, to);
  }
}

/**
 * Takes away what stands at a sentinel's path: a file, a link itself, a special file, an empty directory.
 * A directory with something in it is no signal and stays.
 *
 * @throws Failure PlatformUnavailable when the volume refuses
 */
export async function clearSentinel(path: string): Promise<void> {
  try {
    await unlink(path);
  } catch (error) {
    const code = codeOf(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return;
    if (code !== 'EISDIR' && code !== 'EPERM') throw volumeFailure(error, { what: 'remove', path });
    await removeDirectory(path, error);
  }
}

async function removeDirectory(path: string, refusal: unknown): Promise<void> {
  try {
    await rmdir(path);
  } catch (error) {
    const code = codeOf(error);
    if (code === 'ENOENT' || code === 'ENOTEMPTY' || code === 'EEXIST') return;
    if (code === 'ENOTDIR') throw volumeFailure(refusal, { what: 'remove', path });
    throw volumeFailure(error, { what: 'remove', path });
  }
}

/** A failure of a caller that has no directory to write into. */
export function noUserDirectory(): Failure {
  return new Failure('ImageInvalid', "the image root has no directory /tmp for the user's flags", {
    advice: 'make /tmp in the image root a directory with mode 1777',
  });
}
