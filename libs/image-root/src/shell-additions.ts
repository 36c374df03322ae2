// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { Failure, type Runner } from '@ims/runtime';

import { additionAt, additionsFor, COMMON_SHELL, type Addition } from './additions.ts';
import { temporaryOf } from './entries.ts';
import { isOfTheImage } from './errno.ts';
import type { ImageRoot } from './image-root.ts';
import { openImageRoot } from './open.ts';

/** Where additions are made, and noted. */
export interface AdditionPlaces {
  readonly root: ImageRoot;
  /** A directory outside the image, the private one of the job. */
  readonly savedIn: string;
}

/** What was added, and what could not be. */
export interface AddedForShell {
  /** Inside paths. */
  readonly added: readonly string[];
  /** What mknod said when it could make no device node. */
  readonly refused: string | undefined;
}

const FILE = 'shell-additions.json';
const MOST_BYTES = 64 * 1024;

/**
 * Adds what a session in the jail needs and the image lacks: the devices of every Linux, and a stand-in for the login
 * shell. What is there already, of whatever kind, stays. Each is noted durably before it is made, so that
 * {@link removeAdditions} finds it whenever this was killed; may be repeated.
 *
 * @throws Failure JournalUnreadable, NoSpace, PlatformUnavailable
 */
export async function addForShell(
  places: AdditionPlaces & { readonly shell: string; readonly runner: Runner },
): Promise<AddedForShell> {
  const { root, shell, runner } = places;
  const missing = await missingOf(root, shell);
  if (missing.length === 0) return { added: [], refused: undefined };
  await using store = await openImageRoot(places.savedIn);
  await note(store, [...(await noted(store)), ...missing.map(({ path }) => path)]);
  const added: string[] = [];
  let refused: string | undefined;
  for (const addition of missing) {
    const said = await addition.add(root, runner);
    if (said === undefined) added.push(addition.path);
    refused ??= said;
  }
  return { added, refused };
}

/**
 * Takes away what was added, so that it is not published. What is something else by now is somebody's own and stays.
 * May be repeated; gives the inside paths.
 *
 * @throws Failure JournalUnreadable, PlatformUnavailable
 */
export async function removeAdditions({ root, savedIn }: AdditionPlaces): Promise<readonly string[]> {
  await using store = await openImageRoot(savedIn);
  const removed: string[] = [];
  for (const path of (await noted(store)).reverse()) if (await take(root, additionAt(path))) removed.push(path);
  await store.remove(FILE);
  return removed;
}

async function take(root: ImageRoot, addition: Addition): Promise<boolean> {
  try {
    if (!(await isOfTheTree(root, addition.path))) return false;
    const slash = addition.path.lastIndexOf('/') + 1;
    await root.remove(addition.path.slice(0, slash) + temporaryOf(addition.path.slice(slash)));
    if (!(await addition.isThere(root))) return false;
    await addition.remove(root);
    return true;
  } catch (error) {
    // A path that leads out by now, or is no directory any more, holds nothing of ours.
    if (isOfTheImage(error)) return false;
    throw error;
  }
}

async function missingOf(root: ImageRoot, shell: string): Promise<Addition[]> {
  const missing: Addition[] = [];
  for (const addition of additionsFor(shell)) {
    if (!(await isOfTheTree(root, addition.path))) continue;
    const wanted = addition.path === shell ? await canStandIn(root, shell) : await isMissing(root, addition.path);
    if (wanted) missing.push(addition);
  }
  return missing;
}

/** Nothing is added to, nor taken from, what is mounted into the image: that is the machine's /dev. */
async function isOfTheTree(root: ImageRoot, path: string): Promise<boolean> {
  try {
    await using top = await root.directory('/');
    await using above = await root.directory(path.slice(0, path.lastIndexOf('/') + 1));
    return above === undefined || (await above.mount()) === (await top?.mount());
  } catch (error) {
    if (isOfTheImage(error)) return false;
    throw error;
  }
}

/** A path that cannot be looked at is a matter for whoever inspects the jail. */
async function isMissing(root: ImageRoot, path: string): Promise<boolean> {
  try {
    return (await root.lstat(path)) === undefined;
  } catch (error) {
    if (isOfTheImage(error)) return false;
    throw error;
  }
}

/** Whether a stand-in can be made for a login shell: nothing stands at its place, and the image's /bin/sh can run. */
export async function canStandIn(root: ImageRoot, shell: string): Promise<boolean> {
  if (shell === COMMON_SHELL || !(await isMissing(root, shell)) || !(await hasCommonShell(root))) return false;
  const above = await root.stat(shell.slice(0, shell.lastIndexOf('/') + 1));
  return above?.kind === 'directory';
}

/** Whether the image's /bin/sh can run, as far as its mode tells. */
export async function hasCommonShell(root: ImageRoot): Promise<boolean> {
  try {
    const entry = await root.stat(COMMON_SHELL);
    return entry?.kind === 'file' && (entry.mode & 0o111) !== 0;
  } catch (error) {
    if (isOfTheImage(error)) return false;
    throw error;
  }
}

async function noted(store: ImageRoot): Promise<string[]> {
  const bytes = await store.readFile(FILE, { maxBytes: MOST_BYTES });
  return bytes === undefined ? [] : decode(bytes.toString('utf8'), `${store.path}/${FILE}`);
}

async function note(store: ImageRoot, paths: readonly string[]): Promise<void> {
  const data = Buffer.from(`${JSON.stringify({ version: 1, paths: [...new Set(paths)] })}\n`);
  await store.writeFile(FILE, data, { mode: 0o600, uid: 0, gid: 0 });
}

function decode(text: string, path: string): string[] {
  try {
    const { version, paths } = JSON.parse(text) as { version?: unknown; paths?: unknown };
    if (version === 1 && Array.isArray(paths) && paths.every((entry) => typeof entry === 'string')) return paths;
  } catch {
    // Said below.
  }
  throw new Failure('JournalUnreadable', `${path} is not a record of what was added for the shell`);
}
