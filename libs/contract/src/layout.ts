// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { PRIVATE_DIRECTORY, SENTINELS, type SentinelName } from './sentinels.ts';

/** What a job does: `create` publishes what a builder made, `customize` opens a shell first. */
export type Action = 'create' | 'customize';

/** Where everything of one job lies (reference §1.1, shorthand P and R). */
export interface Layout {
  /** The shared volume, `/mnt/image` in a pod. */
  readonly parent: string;
  /** The directory that becomes the image. */
  readonly imageRoot: string;
  /** The pair's own directory on the volume. */
  readonly private: string;
  /** The squashfs before it is stored. */
  readonly archive: string;
  /** Whether the user's flags lie in the image's `/tmp`. */
  readonly jailed: boolean;
}

/**
 * Lays out a job on its volume.
 *
 * @example
 * layoutOf({ parent: '/mnt/image', action: 'customize', jailed: true }).imageRoot // '/mnt/image/image-root'
 */
export function layoutOf(job: { parent: string; action: Action; jailed: boolean }): Layout {
  const parent = job.parent.replace(/(?<=.)\/+$/, '');
  const own = `${parent}/${PRIVATE_DIRECTORY}`;
  return {
    parent,
    imageRoot: job.action === 'create' ? `${parent}/build/image-root` : `${parent}/image-root`,
    private: own,
    archive: `${own}/rootfs.sqsh`,
    // The debug shell of a failed build is never jailed (reference §4.2).
    jailed: job.jailed && job.action === 'customize',
  };
}

/** The path of a sentinel as this container sees it; inside a jail the user sees `/tmp/<file>`. */
export function sentinelPath(layout: Layout, name: SentinelName): string {
  const row = SENTINELS[name];
  const directories = {
    parent: layout.parent,
    private: layout.private,
    user: layout.jailed ? `${layout.imageRoot}/tmp` : layout.parent,
  };
  return `${directories[row.place]}/${row.file}`;
}
