// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

/** A mount of `/proc/self/mountinfo`, see proc_pid_mountinfo(5). */
export interface Mount {
  readonly id: number;
  /** The id of the mount that it lies on. */
  readonly parent: number;
  /** The directory of the file system that forms the mount's root. */
  readonly root: string;
  readonly mountPoint: string;
  /** `proc`, `ext4`, … */
  readonly type: string;
  /** Options of the superblock; cgroup v1 names its controllers here. */
  readonly superOptions: readonly string[];
}

/** Parses the whole file, in the order in which the mounts were made; lines that are not understood are left out. */
export function parseMountinfo(text: string): readonly Mount[] {
  return text.split('\n').flatMap((line) => {
    const [before, after] = line.split(' - ');
    const [id, parent, , root, mountPoint] = (before ?? '').split(' ');
    const [type, , superOptions] = (after ?? '').split(' ');
    if (root === undefined || mountPoint === undefined || type === undefined || type === '') return [];
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

/** Space, tab, newline and backslash stand as three octal digits. */
function unescape(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}
