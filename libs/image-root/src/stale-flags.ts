// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { isScriptCopy, isTemporarySentinel, SENTINELS } from '@ims/contract';

import type { Finding } from './finding.ts';
import type { ImageRoot } from './image-root.ts';
import { shellQuote } from './shell-quote.ts';

/** What clearing did. */
export interface ClearedFlags {
  /** Inside paths that were removed. */
  readonly removed: readonly string[];
  readonly problems: readonly Finding[];
}

/** The names of the user's flags in the image's `/tmp`. */
export const USER_FLAGS = [SENTINELS.complete.file, SENTINELS.failed.file, SENTINELS.refused.file];
const STICKY = 0o1777;

/** Makes the image's `/tmp` when it has none; an existing one keeps its mode (H22). Tells whether it was made. */
export async function ensureTemporary(root: ImageRoot): Promise<boolean> {
  return await root.makeDirectory('/tmp', STICKY);
}

/**
 * Removes the user's flags that an earlier customization left in the image's `/tmp` (H21), and what writers of ours
 * left there (a flag half-written when they were killed, the copy of a script that could not be removed from the shell),
 * whatever they are but a directory: that never counts as a flag, yet would be published, so it is told.
 *
 * @throws Failure PathEscapesRoot, ImageInvalid when `/tmp` itself cannot be used
 */
export async function clearStaleFlags(root: ImageRoot): Promise<ClearedFlags> {
  const removed: string[] = [];
  const problems: Finding[] = [];
  await ensureTemporary(root);
  const present = (await root.list('/tmp')) ?? [];
  const ours = present.filter(
    (name) => isScriptCopy(name) || USER_FLAGS.some((flag) => isTemporarySentinel(name, flag)),
  );
  for (const name of [...USER_FLAGS, ...ours]) {
    const path = `/tmp/${name}`;
    const entry = await root.lstat(path);
    if (entry?.kind === 'directory') problems.push(inTheWay(path, root));
    else if (await root.remove(path)) removed.push(path);
  }
  return { removed, problems };
}

function inTheWay(path: string, root: ImageRoot): Finding {
  const message = `${path} in the image is a directory and stands where a flag is put`;
  return { reason: 'ImageInvalid', message: `${message}; run: rm -r ${shellQuote(`${root.path}${path}`)}` };
}
