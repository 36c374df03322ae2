// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { Errand } from './shell.ts';

/**
 * Where the user's flags lie (contract §1.1): on the volume, which a shell without a jail sees, or in the jail's own
 * `/tmp`. Only the directory of an image root that is seen from outside tells the two apart in every pod.
 */
const WHERE = 'd=/tmp; if [ -d /mnt/image/image-root ]; then d=/mnt/image; fi';

/** Says that the user is done. */
export const COMPLETE: Errand = { command: [`${WHERE}; touch "$d/complete"`], input: '' };

/** Gives the job up; the reason travels as input, so that no shell reads it as a command, and appears at once. */
export function failed(reason: string): Errand {
  const write = 'umask 077; cat >"$d/.failed.$$" && mv "$d/.failed.$$" "$d/failed"';
  return { command: [`${WHERE}; ${write}`], input: `${reason}\n` };
}
