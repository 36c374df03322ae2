// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { parseMountinfo, type Mount } from '@ims/mounts';

/** A file of a cgroup and what it limits; v1 and v2 name the same limits differently (cgroups(7)). */
export type LimitFile = 'memory.max' | 'memory.high' | 'memory.limit_in_bytes' | 'cpu.max' | 'cpu.cfs_quota_us';

/** Where one limit of this process may stand: its own cgroup first, then each ancestor that can be seen. */
export interface LimitPlace {
  readonly file: LimitFile;
  readonly directory: string;
}

interface Membership {
  readonly controllers: readonly string[];
  readonly path: string;
}

const V2_FILES = ['memory.max', 'memory.high', 'cpu.max'] as const;

/** Lists where the limits of the process stand, from `/proc/self/cgroup` and `/proc/self/mountinfo`. */
export function limitPlaces(cgroup: string, mountinfo: string): readonly LimitPlace[] {
  const mounts = parseMountinfo(mountinfo);
  return parseCgroup(cgroup).flatMap((membership) => {
    const mount = mountOf(membership, mounts);
    if (mount === undefined) return [];
    const directories = ancestry(mount, membership.path);
    return filesOf(membership).flatMap((file) => directories.map((directory) => ({ file, directory })));
  });
}

function parseCgroup(text: string): readonly Membership[] {
  return text.split('\n').flatMap((line) => {
    const match = /^\d+:([^:]*):(\/.*)$/.exec(line);
    return match === null ? [] : [{ controllers: (match[1] ?? '').split(','), path: match[2] ?? '/' }];
  });
}

function filesOf({ controllers }: Membership): readonly LimitFile[] {
  if (isUnified(controllers)) return V2_FILES;
  return [
    ...(controllers.includes('memory') ? (['memory.limit_in_bytes'] as const) : []),
    ...(controllers.includes('cpu') ? (['cpu.cfs_quota_us'] as const) : []),
  ];
}

function mountOf({ controllers }: Membership, mounts: readonly Mount[]): Mount | undefined {
  if (isUnified(controllers)) return mounts.find((mount) => mount.type === 'cgroup2');
  return mounts.find(
    (mount) => mount.type === 'cgroup' && controllers.some((controller) => mount.superOptions.includes(controller)),
  );
}

function isUnified(controllers: readonly string[]): boolean {
  return controllers.length === 1 && controllers[0] === '';
}

/**
 * The directories from the process's own cgroup up to the mount point. In a container the mount may show only the
 * container's own cgroup while the path is the host's: then the mount point itself is that cgroup.
 */
function ancestry(mount: Mount, path: string): readonly string[] {
  const inside = relative(mount.root, path);
  const parts = inside.split('/').filter((part) => part !== '');
  return parts
    .map((_, index) => [mount.mountPoint, ...parts.slice(0, parts.length - index)].join('/'))
    .concat(mount.mountPoint);
}

function relative(root: string, path: string): string {
  if (path.split('/').includes('..')) return '';
  if (root === '/') return path;
  return path === root || path.startsWith(`${root}/`) ? path.slice(root.length) : '';
}
