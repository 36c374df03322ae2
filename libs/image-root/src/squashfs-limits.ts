// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { Stats } from 'node:fs';

import { printable } from './bytes.ts';
import type { Finding } from './finding.ts';
import { LONGEST_PATH, type Met } from './walk-tree.ts';

/**
 * Numbers of users and groups together. The superblock counts them in 16 bits, so 65,536 become none: mksquashfs 4.5.1
 * packs them without a word and with exit code 0, and then neither unsquashfs nor the kernel takes the archive.
 */
const MOST_OWNERS = 65_535;

/** SQUASHFS_NAME_LEN (Linux, `fs/squashfs/squashfs_fs.h`). */
const LONGEST_NAME = 256;

/** Times are kept as unsigned 32-bit numbers of seconds: 1970 to 2106. What lies outside comes out as another time. */
const LAST_SECOND = 2 ** 32 - 1;

/** What of a tree a squashfs cannot hold, found on the way through it. */
export interface SquashfsLimits {
  look(met: Met): void;
  /** Anything here and the tree cannot be packed. */
  readonly findings: () => readonly Finding[];
  /** What is lost when it is packed. */
  readonly losses: () => readonly string[];
}

/** Entries of one kind: how many, and the first one. */
interface Offenders {
  count: number;
  first: string;
}

/** What is known before the first entry is met. */
export interface Beginning {
  /** Bytes that mksquashfs puts before a path of the image: the path of the image root. */
  readonly prefix: number;
  /** User and group of the root, which no walk meets. */
  readonly owners: readonly number[];
}

/** Knows nothing of the tree yet but its root. */
export function createLimits({ prefix, owners: known }: Beginning): SquashfsLimits {
  const owners = new Set(known);
  const [tooMany, paths, names, times] = [none(), none(), none(), none()];
  const own = (stats: Stats, met: Met): void => {
    if (owners.size <= MOST_OWNERS) owners.add(stats.uid).add(stats.gid);
    if (owners.size > MOST_OWNERS && tooMany.count === 0)
      note(tooMany, met, ` (${String(stats.uid)}:${String(stats.gid)})`);
  };
  return {
    look: (met) => {
      const { stats } = met;
      own(stats, met);
      if (prefix + met.pathLength > LONGEST_PATH) note(paths, met);
      if (met.nameLength > LONGEST_NAME) note(names, met);
      const seconds = stats.mtimeMs / 1000;
      if (seconds < 0 || seconds >= LAST_SECOND + 1) note(times, met, ` (${day(seconds)})`);
    },
    findings: () => [...ownersFinding(tooMany), ...pathsFinding(paths, prefix), ...namesFinding(names)],
    losses: () => timesLoss(times),
  };
}

function none(): Offenders {
  return { count: 0, first: '' };
}

function note(offenders: Offenders, met: Met, detail = ''): void {
  if (offenders.count === 0) offenders.first = `${printable(met.path())}${detail}`;
  offenders.count += 1;
}

function day(seconds: number): string {
  const date = new Date(seconds * 1000);
  return Number.isNaN(date.getTime()) ? 'no date' : date.toISOString().slice(0, 'yyyy-mm-dd'.length);
}

function invalid(message: string): Finding {
  return { reason: 'ImageInvalid', message };
}

function ownersFinding({ count, first }: Offenders): Finding[] {
  if (count === 0) return [];
  const found = `the image's files have more than ${MOST_OWNERS.toLocaleString('en')} different users and groups`;
  return [invalid(`${found}, which is all that a squashfs can hold; ${first} is beyond; give files fewer owners`)];
}

function pathsFinding({ count, first }: Offenders, prefix: number): Finding[] {
  if (count === 0) return [];
  const most = LONGEST_PATH - prefix;
  return [
    invalid(
      `${entries(count)} a path of more than ${String(most)} bytes, which cannot be packed: ${first}; shorten it`,
    ),
  ];
}

function namesFinding({ count, first }: Offenders): Finding[] {
  if (count === 0) return [];
  return [invalid(`${entries(count)} a name that is too long for a squashfs: ${first}; shorten it`)];
}

function timesLoss({ count, first }: Offenders): string[] {
  if (count === 0) return [];
  return [
    `${entries(count)} a modification time before 1970 or after 2106, which a squashfs cannot hold: ${first}; it will be another one in the image`,
  ];
}

/** `1 entry has`, `2 entries have`: what follows is what they have. */
export function entries(count: number): string {
  return count === 1 ? '1 entry of the image has' : `${String(count)} entries of the image have`;
}
