// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { toText } from './bytes.ts';
import type { Kind, Pin } from './pin.ts';

/** What stands at a path of the image root. */
export interface Entry {
  readonly kind: Kind;
  /** Bytes. */
  readonly size: number;
  /** Permission bits, `0o7777` at most. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly modified: Date;
  /** Device number of a device node (`makedev(major, minor)`). */
  readonly device: number;
  /** Where it was found, links resolved, as seen from inside the image. */
  readonly path: string;
}

/** The facts of a pinned entry; `path` is a byte string. */
export function entryOf(pin: Pin, path: string): Entry {
  const { size, mode, uid, gid, mtime, rdev } = pin.stats;
  return { kind: pin.kind, size, mode: mode & 0o7777, uid, gid, modified: mtime, device: rdev, path: toText(path) };
}
