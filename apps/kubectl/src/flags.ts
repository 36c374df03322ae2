// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { Errand } from './shell.ts';

/**
 * Where the user's flags lie (reference §1.1): on the volume, which a shell without a jail sees, or in the jail's own
 * `/tmp`. What only the pair knows is on every volume and in no image: it tells the two apart, also where a build has
 * failed and left no image root.
 */
const WHERE = 'd=/tmp; if [ -d /mnt/image/.ims ]; then d=/mnt/image; fi';

/** Says that the user is done. */
export const COMPLETE: Errand = { command: [`${WHERE}; touch "$d/complete"`], input: '' };

/** Gives the job up; the reason travels as input, so that no shell reads it as a command, and appears at once. */
export function failed(reason: string): Errand {
  const write = 'umask 077; cat >"$d/.failed.$$" && mv "$d/.failed.$$" "$d/failed"';
  return { command: [`${WHERE}; ${write}`], input: `${reason}\n` };
}
