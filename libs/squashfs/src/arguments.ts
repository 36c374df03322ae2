// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { Compression } from './compression.ts';
import type { Resources } from './resources.ts';

/** All that decides how mksquashfs is called. */
export interface PackRequest {
  /** Absolute, so that no name can be taken for an option (H30). */
  readonly imageRoot: string;
  /** Absolute. */
  readonly archive: string;
  readonly compression: Compression;
  readonly resources: Pick<Resources, 'processors' | 'memory'>;
  /** Mount points below the image root, relative to it: each is packed as it stands, without what is mounted there. */
  readonly mountPoints: readonly { readonly path: string; readonly directory: boolean }[];
}

const KIB = 1024;

/** mksquashfs's arguments (squashfs-tools 4.4 and later, mksquashfs(1)). */
export function packArguments(request: PackRequest): readonly string[] {
  const { imageRoot, archive, compression, resources } = request;
  return [
    imageRoot,
    archive,
    // An archive that is there is replaced, never appended to (H18).
    '-noappend',
    '-no-recovery',
    '-xattrs',
    // A file that cannot be read ends the run; by default an empty file takes its place and the exit code is 0.
    '-exit-on-error',
    '-quiet',
    '-no-progress',
    ...['-comp', compression.name, '-b', String(compression.blockSize)],
    ...(compression.level === undefined ? [] : ['-Xcompression-level', String(compression.level)]),
    ...['-processors', String(resources.processors), '-mem', `${String(Math.floor(resources.memory / KIB))}K`],
    // Takes all that follows it, so it stands last.
    ...exclusions(request.mountPoints),
  ];
}

/**
 * Leaves out what is mounted below the image root but keeps the mount points (H26): an image without `/proc` or `/tmp`
 * does not boot. `-one-file-system` would drop the mount points too, and on overlay file systems, where a file may
 * bear another device number than its directory, files that belong to the image.
 */
function exclusions(mountPoints: PackRequest['mountPoints']): readonly string[] {
  if (mountPoints.length === 0) return [];
  const patterns = mountPoints.flatMap(({ path, directory }) => {
    const literal = path.replace(/[^\w/\u0080-\uffff]/g, '\\$&');
    // fnmatch(3) wants a leading dot matched by a dot.
    return directory ? [`${literal}/*`, `${literal}/.*`] : [literal];
  });
  return ['-wildcards', '-e', ...patterns];
}

/** All that decides how unsquashfs is called. */
export interface UnpackRequest {
  /** Absolute. */
  readonly archive: string;
  /** The name that is made in the working directory. */
  readonly name: string;
  readonly processors: number;
}

/**
 * unsquashfs's arguments (unsquashfs(1)). It names each file by the path that it was given and what follows: a short one
 * saves looking up the same directories for every file, and without `-force` nothing is unlinked first. Together they
 * are a tenth of the time.
 */
export function unpackArguments(request: UnpackRequest): readonly string[] {
  const { archive, name, processors } = request;
  const queue = String(queueMebibytes(processors));
  return [
    ...['-xattrs', '-processors', String(processors), '-data-queue', queue, '-frag-queue', queue],
    ...['-dest', name, archive],
  ];
}

/** What each of unsquashfs's two queues may take when nothing is said, in MiB. */
const USUAL_QUEUE = 256;

/**
 * Of each of its two queues: some blocks of the largest size for every processor, and no more. What is usual is touched
 * from one end to the other: a tenth of the time goes there, and the cgroup is charged for it.
 */
function queueMebibytes(processors: number): number {
  return Math.min(USUAL_QUEUE, Math.max(32, 8 * processors));
}
