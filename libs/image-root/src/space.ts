// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { statfs } from 'node:fs/promises';

import { named } from './errno.ts';
import type { Finding } from './finding.ts';
import type { Usage } from './usage.ts';

/** Room on a file system, or what is needed of it. */
export interface Space {
  readonly bytes: number;
  /** `Infinity` where the file system has no fixed number of them (btrfs). */
  readonly inodes: number;
}

/** What is free for us on the file system that holds `path`. */
export async function freeSpace(path: string): Promise<Space> {
  return await named(`asking for the free space of ${path}`, async () => {
    const { bavail, bsize, files, ffree } = await statfs(path);
    return { bytes: bavail * bsize, inodes: files === 0 ? Infinity : ffree };
  });
}

// Operating systems shrink to 40-55 %. Asking for more would refuse jobs that fit; a tree that does shrink less
// and fills the volume is a clear error while it is packed.
const SHRINKS_TO = 0.6;
const BYTES_PER_INODE = 64;
const SLACK_BYTES = 1024 * 1024;
const PACKING_INODES = 16;

/**
 * What packing a tree of this size will most likely need beside it.
 *
 * @param margin what must remain free to the end: packing is stopped below it
 */
export function packingNeeds(usage: Usage, margin: Space): Space {
  const archive = Math.ceil(usage.dataBytes * SHRINKS_TO) + usage.inodes * BYTES_PER_INODE;
  return { bytes: archive + SLACK_BYTES + margin.bytes, inodes: PACKING_INODES + margin.inodes };
}

/** Decides whether there is room; the finding has the numbers of what is short (H10, H16). */
export function enoughSpace(question: {
  readonly where: string;
  readonly need: Space;
  readonly free: Space;
}): Finding | undefined {
  const { where, need, free } = question;
  const short = [
    need.bytes > free.bytes ? `${humanBytes(free.bytes)} free and about ${humanBytes(need.bytes)} needed` : undefined,
    need.inodes > free.inodes ? `${String(free.inodes)} inodes free and ${String(need.inodes)} needed` : undefined,
  ].filter((text) => text !== undefined);
  if (short.length === 0) return undefined;
  const mend = 'remove what the image does not need or give the job a larger volume';
  return { reason: 'NoSpace', message: `${where} has ${short.join(', ')}; ${mend}` };
}

const UNITS = ['bytes', 'kB', 'MB', 'GB', 'TB'];

/** `1.5 GB`: powers of 1000, one decimal. */
export function humanBytes(bytes: number): string {
  const power = bytes < 1000 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1000 ** power;
  return `${power === 0 ? String(value) : value.toFixed(1)} ${UNITS[power] ?? 'TB'}`;
}
