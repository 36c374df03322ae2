// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { lstatSync } from 'node:fs';

import type { ImageRoot } from './image-root.ts';
import { walkTree, type Met } from './walk-tree.ts';

/** How large a tree is. Hard links count once; what is mounted below does not count. */
export interface Usage {
  /** Sum of the sizes of regular files. */
  readonly bytes: number;
  /** The same without the holes of sparse files: what there is to pack. */
  readonly dataBytes: number;
  /** Entries of every kind, the root included. */
  readonly inodes: number;
}

/** Adds up what a walk meets. */
export interface Tally {
  /** False for another name of a file that was counted. */
  count(met: Met): boolean;
  readonly usage: () => Usage;
}

/** Begins with the root, which no walk meets. */
export function createTally(): Tally {
  const linked = new Set<bigint>();
  let [bytes, dataBytes, inodes] = [0, 0, 1];
  return {
    count: ({ stats, at }) => {
      if (stats.nlink > 1 && !stats.isDirectory()) {
        // Inode numbers of overlay file systems do not fit a double.
        const ino = lstatSync(at, { bigint: true, throwIfNoEntry: false })?.ino;
        if (ino === undefined || linked.has(ino)) return false;
        linked.add(ino);
      }
      inodes += 1;
      if (!stats.isFile()) return true;
      bytes += stats.size;
      dataBytes += Math.min(stats.size, stats.blocks * 512);
      return true;
    },
    usage: () => ({ bytes, dataBytes, inodes }),
  };
}

/** Measures the image root without reading a byte of it. */
export async function usageOf(root: ImageRoot): Promise<Usage> {
  const tally = createTally();
  await walkTree(root, (met) => tally.count(met));
  return tally.usage();
}
