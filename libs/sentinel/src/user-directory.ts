// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { Layout } from '@ims/contract';

/** A directory that stays the same one while it is open, whatever happens to its name. */
export interface OpenDirectory {
  /** Names in it are reached as `${path}/name`. */
  readonly path: string;
  close(): Promise<void>;
}

/**
 * Where the user's flags lie. Inside a jail that is the image's `/tmp`, which the user may swap for a link at any
 * time: the app then passes one that opens it confined and gives `/proc/self/fd/N` (H27).
 */
export interface UserDirectory {
  /** Opens the directory as it is now; undefined when there is none. */
  open(): Promise<OpenDirectory | undefined>;
}

/** The shared volume as the user's directory, for a shell that is not jailed. */
export function volumeDirectory(path: string): UserDirectory {
  return { open: () => Promise.resolve({ path, close: () => Promise.resolve() }) };
}

/** An image root, whose directories are opened confined. */
export interface ImageDirectories {
  open(): Promise<{ directory(path: string): Promise<OpenDirectory | undefined> }>;
}

/** Where the flags of a job's users lie: on the volume, or in the image's `/tmp` for a jailed shell. */
export function userDirectoryOf(layout: Layout, image: ImageDirectories): UserDirectory {
  if (!layout.jailed) return volumeDirectory(layout.parent);
  return { open: async () => await (await image.open()).directory('/tmp') };
}
