// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';

import { makeDirectories } from '@ims/runtime';

import { isOfTheImage, named, unless } from './errno.ts';
import type { ImageRoot } from './image-root.ts';
import { openImageRoot } from './open.ts';
import { KIND_NAMES } from './pin.ts';
import { show } from './places.ts';
import { readSaved, removeSaved, writeSaved, type Original, type SavedOriginal } from './saved-original.ts';

/** What was done to the image's `/etc/resolv.conf`, for the log. */
export interface ResolvConfOutcome {
  readonly did: 'installed' | 'already-installed' | 'left' | 'restored' | 'kept-user' | 'nothing-saved';
  readonly message: string;
}

/** Where the original is kept: a directory outside the image, the private one of the job. */
export interface ResolvConfPlaces {
  readonly root: ImageRoot;
  readonly savedIn: string;
}

const PATH = '/etc/resolv.conf';
const MOST_BYTES = 1024 * 1024;

type Current = Original | { readonly kind: 'other'; readonly found: string };

/**
 * Saves the image's own resolv.conf (file, link of any kind, or none), then puts the pod's in its place
 * (reference §5). The saving is durable before the installing begins, and what is saved is never overwritten,
 * so it may be killed at any instant and done again (H1, H22).
 *
 * @throws Failure PathEscapesRoot when the image's `/etc` leads out; JournalUnreadable; NoSpace
 */
export async function saveAndInstall(job: ResolvConfPlaces & { podResolvConf: string }): Promise<ResolvConfOutcome> {
  const pod = await podFile(job.podResolvConf);
  if (pod === undefined) return { did: 'left', message: `there is no ${job.podResolvConf} to put into the image` };
  const etc = await job.root.stat('/etc');
  if (etc?.kind !== 'directory') return { did: 'left', message: 'the image has no directory /etc' };
  await using store = await openStore(job.savedIn);
  const current = await currentOf(job.root);
  const before = (await readSaved(store)) ?? first(current);
  if (before === undefined) return { did: 'left', message: `${PATH} in the image is ${describe(current)}` };
  const sum = sumOf(pod);
  const saved = { ...before, installed: [...new Set([...before.installed, sum])] };
  await writeSaved(store, saved);
  if (isOneOf(current, [sum])) return { did: 'already-installed', message: `${PATH} is the pod's already` };
  if (!isOneOf(current, before.installed) && !sameContent(current, before.original)) {
    return { did: 'kept-user', message: `${PATH} was changed in the image and stays` };
  }
  await job.root.writeFile(PATH, pod, { mode: 0o644, uid: 0, gid: 0 });
  return { did: 'installed', message: `${PATH} is the pod's; the image's own (${describe(before.original)}) is kept` };
}

/**
 * Puts the image's own resolv.conf back when ours stands there still or was deleted; what the user put in its
 * place stays (H1). May be repeated; whatever the user did to it is no error.
 *
 * @throws Failure JournalUnreadable, NoSpace
 */
export async function restore(job: ResolvConfPlaces): Promise<ResolvConfOutcome> {
  await using store = await openStore(job.savedIn);
  const saved = await readSaved(store);
  if (saved === undefined) return { did: 'nothing-saved', message: `${PATH} was not replaced` };
  const outcome = await putBack(job.root, saved);
  await removeSaved(store);
  return outcome;
}

async function putBack(root: ImageRoot, saved: SavedOriginal): Promise<ResolvConfOutcome> {
  try {
    const current = await currentOf(root);
    const mayGo = current.kind === 'absent' || isOneOf(current, saved.installed);
    if (!mayGo && !sameContent(current, saved.original)) {
      return { did: 'kept-user', message: `${PATH} was changed by the user and stays: ${describe(current)}` };
    }
    if (mayGo && !isDeepStrictEqual(current, saved.original)) await put(root, saved.original);
    return { did: 'restored', message: `${PATH} is the image's own again: ${describe(saved.original)}` };
  } catch (error) {
    if (!isOfTheImage(error)) throw error;
    return { did: 'kept-user', message: `${PATH} cannot be put back and stays as the user made it: ${error.message}` };
  }
}

async function put(root: ImageRoot, original: Original): Promise<void> {
  if (original.kind === 'absent') {
    await root.remove(PATH);
    return;
  }
  const { uid, gid } = original;
  if (original.kind === 'link') {
    await root.makeLink(PATH, Buffer.from(original.target, 'base64'), { uid, gid });
    return;
  }
  const modified = new Date(original.modified);
  await root.writeFile(PATH, Buffer.from(original.data, 'base64'), { mode: original.mode, uid, gid, modified });
}

async function currentOf(root: ImageRoot): Promise<Current> {
  const entry = await root.lstat(PATH);
  if (entry === undefined) return { kind: 'absent' };
  const { uid, gid, mode } = entry;
  if (entry.kind === 'link') {
    const target = await root.readLink(PATH);
    return target === undefined ? { kind: 'absent' } : { kind: 'link', target: target.toString('base64'), uid, gid };
  }
  if (entry.kind !== 'file') return { kind: 'other', found: KIND_NAMES[entry.kind] };
  if (entry.size > MOST_BYTES) return { kind: 'other', found: `a file of ${String(entry.size)} bytes` };
  const data = await root.readFile(PATH, { maxBytes: MOST_BYTES });
  if (data === undefined) return { kind: 'absent' };
  return { kind: 'file', data: data.toString('base64'), mode, uid, gid, modified: entry.modified.getTime() };
}

/** Nothing is saved for what can be neither kept nor put back: a directory, a device, a huge file. */
function first(current: Current): SavedOriginal | undefined {
  return current.kind === 'other' ? undefined : { version: 1, original: current, installed: [] };
}

function isOneOf(current: Current, sums: readonly string[]): boolean {
  return current.kind === 'file' && sums.includes(sumOf(Buffer.from(current.data, 'base64')));
}

/** Owner, mode and time do not count: an editor of the user's or a copy changes them in passing. */
function sameContent(current: Current, original: Original): boolean {
  if (current.kind === 'file' && original.kind === 'file') return current.data === original.data;
  if (current.kind === 'link' && original.kind === 'link') return current.target === original.target;
  return current.kind === original.kind;
}

function describe(current: Current): string {
  if (current.kind === 'other') return current.found;
  if (current.kind === 'absent') return 'none';
  if (current.kind === 'file') return 'a regular file';
  return `a link to ${show(Buffer.from(current.target, 'base64').toString('utf8'))}`;
}

function sumOf(data: Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}

async function podFile(path: string): Promise<Buffer | undefined> {
  return await named(`reading ${path}`, async () => await unless(['ENOENT'], async () => await readFile(path)));
}

async function openStore(path: string): Promise<ImageRoot> {
  await named(`making ${path}`, async () => await makeDirectories(path, 0o700));
  return await openImageRoot(path);
}
