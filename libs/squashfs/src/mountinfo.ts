// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

/** A mount of `/proc/self/mountinfo`, see proc_pid_mountinfo(5). */
export interface Mount {
  readonly id: number;
  readonly parent: number;
  /** The directory of the file system that forms the mount's root. */
  readonly root: string;
  readonly mountPoint: string;
  readonly type: string;
  /** Options of the superblock; cgroup v1 names its controllers here. */
  readonly superOptions: readonly string[];
}

/** Parses the whole file; lines that are not understood are left out. */
export function parseMountinfo(text: string): readonly Mount[] {
  return text.split('\n').flatMap((line) => {
    const [before, after] = line.split(' - ');
    const [id, parent, , root, mountPoint] = (before ?? '').split(' ');
    const [type, , superOptions] = (after ?? '').split(' ');
    if (root === undefined || mountPoint === undefined || type === undefined) return [];
    return [
      {
        id: Number(id),
        parent: Number(parent),
        root: unescape(root),
        mountPoint: unescape(mountPoint),
        type,
        superOptions: (superOptions ?? '').split(','),
      },
    ];
  });
}

/**
 * The mounts that are reached by walking down from `directory`, without those below another one of them.
 * A mount that a later one hides is not reached: leaving its mount point out would lose what lies over it.
 */
export function mountsBelow(mounts: readonly Mount[], directory: string): readonly Mount[] {
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

/** Space, tab, newline and backslash stand as three octal digits. */
function unescape(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}
