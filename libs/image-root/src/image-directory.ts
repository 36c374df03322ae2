// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { ImageRoot } from './image-root.ts';
import { KIND_NAMES, type Kind } from './pin.ts';
import { despiteAttributes } from './despite.ts';
import { takeOver, visitTree } from './tree.ts';

/** What tightening did, for the log. */
export interface TightenedDirectory {
  /** Entries that now belong to root, the directory included. */
  readonly tightened: number;
  /** Why nothing was done, when something stood there. */
  readonly note?: string;
}

const DIRECTORY = '/image';

/** The mode of an entry of `/image` (H25): nobody but root, and only scripts run. */
function tightMode(kind: Kind, name: string): number {
  if (kind === 'directory') return 0o700;
  return kind === 'file' && name.endsWith('.sh') ? 0o700 : 0o600;
}

/** Tightens the image's `/image`, if it has one, as reference §5 and §10 (D5) mean it; links are not followed. */
export async function tightenImageDirectory(root: ImageRoot): Promise<TightenedDirectory> {
  const entry = await root.lstat(DIRECTORY);
  if (entry === undefined) return { tightened: 0 };
  if (entry.kind !== 'directory')
    return { tightened: 0, note: `${DIRECTORY} is ${KIND_NAMES[entry.kind]} and stays as it is` };
  await using top = await root.directory('/');
  if (top === undefined) return { tightened: 0 };
  let tightened = 0;
  await visitTree(top, DIRECTORY.slice(1), async (visited) => {
    tightened += 1;
    await despiteAttributes(root.attributes, visited.obstacles, async () => {
      await takeOver(visited, tightMode(visited.pin.kind, visited.name));
    });
  });
  return { tightened };
}
