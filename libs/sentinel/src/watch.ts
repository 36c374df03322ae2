// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { watch as watchNatively } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { watch as watchWithChokidar } from 'chokidar';

import { SENTINELS, type SentinelName } from '@ims/contract';
import type { OpenDirectory, UserDirectory } from './user-directory.ts';

/** What a watcher tells. */
export interface WatchListener {
  /** Something happened to a sentinel, perhaps. */
  readonly onEvent: () => void;
  /** Watching does not work, or no more; the slow tick still does. */
  readonly onError: (error: unknown) => void;
}

/** The listener of a directory that only trusted parties write to. */
export interface TrustedListener extends WatchListener {
  /** A sentinel that is of no interest. */
  readonly ignored: SentinelName | undefined;
}

const FILES: ReadonlySet<string> = new Set(Object.values(SENTINELS).map((row) => row.file));

/**
 * Watches sentinels in directories that only trusted parties write to and that hold few entries.
 * Nothing below them is looked into: the image root is one of the volume's entries (H29).
 */
export function watchTrusted(directories: readonly string[], listener: TrustedListener): { close(): Promise<void> } {
  const roots = new Set(directories);
  const ignored = listener.ignored === undefined ? undefined : SENTINELS[listener.ignored].file;
  const matters = (file: string): boolean => FILES.has(file) && file !== ignored;
  const watcher = watchWithChokidar([...directories], {
    depth: 0,
    followSymlinks: false,
    ignoreInitial: true,
    atomic: false,
    usePolling: false,
    ignored: (path) => !roots.has(path) && !matters(basename(path)),
  });
  watcher.on('all', listener.onEvent);
  // Chokidar takes ten milliseconds to make up its mind about a file that was just made.
  watcher.on('raw', (_event, path: string | null) => {
    if (path === null || matters(basename(path))) listener.onEvent();
  });
  // What came before the watch was in place would wait for the tick.
  watcher.on('ready', listener.onEvent);
  watcher.on('error', listener.onError);
  return {
    close: async () => {
      await watcher.close();
    },
  };
}

/** A watch on a directory that may be swapped for another one. */
export interface PinnedWatch {
  /** Watches the directory that stands there now, unless it is the one that is watched already. */
  refresh(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Watches sentinels in the user's own directory by one kernel watch on the pinned directory, so that its cost does
 * not depend on how many files lie there (H29); see docs/adr/0004.
 */
export function watchPinned(directory: UserDirectory, listener: WatchListener): PinnedWatch {
  let watched: { identity: string; close: () => Promise<void> } | undefined;
  let closed = false;
  const drop = async (): Promise<void> => {
    const old = watched;
    watched = undefined;
    await old?.close();
  };
  const follow = async (): Promise<void> => {
    if (closed) return;
    const opened = await directory.open();
    const identity = opened === undefined ? undefined : await identityOf(opened.path);
    if (identity === watched?.identity) {
      await opened?.close();
      return;
    }
    await drop();
    if (opened === undefined || identity === undefined) return;
    watched = { identity, close: watchDirectory(opened, { ...listener, onGone: () => void drop() }) };
    listener.onEvent();
  };
  // One after the other: two at once would leave a watch behind.
  let last: Promise<void> = Promise.resolve();
  return {
    refresh: async () => {
      last = last.then(follow).catch(listener.onError);
      await last;
    },
    close: async () => {
      closed = true;
      await last;
      await drop();
    },
  };
}

async function identityOf(path: string): Promise<string> {
  const stats = await stat(path, { bigint: true });
  return `${String(stats.dev)}:${String(stats.ino)}`;
}

/** The directory stays open as long as it is watched, so that no other one can get its inode number. */
function watchDirectory(opened: OpenDirectory, listener: WatchListener & { onGone: () => void }): () => Promise<void> {
  const watcher = watchNatively(opened.path, { persistent: false });
  watcher.on('change', (_event, name) => {
    // No name means that the kernel's queue ran over.
    if (typeof name !== 'string' || FILES.has(name)) listener.onEvent();
  });
  watcher.on('error', (error) => {
    listener.onGone();
    listener.onError(error);
  });
  return async () => {
    watcher.close();
    await opened.close();
  };
}
