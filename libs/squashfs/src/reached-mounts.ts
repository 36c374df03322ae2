// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { Mount } from '@ims/mounts';

/**
 * The mounts that are reached by walking down from `directory`, without those below another one of them.
 * A mount that a later one hides is not reached: leaving its mount point out would lose what lies over it.
 */
export function reachedMounts(mounts: readonly Mount[], directory: string): readonly Mount[] {
  const prefix = directory === '/' ? '/' : `${directory}/`;
  const reached = mounts.filter(
    (mount) => mount.mountPoint.startsWith(prefix) && mount.mountPoint !== directory && isReached(mounts, mount),
  );
  return reached.filter((mount) => !reached.some((other) => mount.mountPoint.startsWith(`${other.mountPoint}/`)));
}

function isReached(mounts: readonly Mount[], wanted: Mount): boolean {
  return mountAt(mounts, wanted.mountPoint)?.id === wanted.id;
}

/** The mount that a path lies on, found as the kernel does: from the top, at each component the mount on it. */
function mountAt(mounts: readonly Mount[], path: string): Mount | undefined {
  const ids = new Set(mounts.map((mount) => mount.id));
  let current = mounts.find((mount) => mount.mountPoint === '/' && !ids.has(mount.parent));
  const prefixes = ['/', ...path.split('/').map((_, index, parts) => parts.slice(0, index + 1).join('/'))];
  for (const prefix of prefixes.filter((candidate) => candidate !== '')) {
    for (let over = child(mounts, current, prefix); over !== undefined; over = child(mounts, current, prefix)) {
      current = over;
    }
  }
  return current;
}

function child(mounts: readonly Mount[], parent: Mount | undefined, mountPoint: string): Mount | undefined {
  return mounts.find(
    (mount) => mount.parent === parent?.id && mount.id !== parent.id && mount.mountPoint === mountPoint,
  );
}
