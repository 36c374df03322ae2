// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { isOwnNote, SENTINELS, type Layout, type Note, type Sentinel, type SentinelName } from '@ims/contract';
import type { Board, Logger } from '@ims/runtime';
import { clearSentinel, noUserDirectory, postSentinel, readSentinel, type ReadRule } from './file.ts';
import { isForbidden } from './errno.ts';
import { ensurePrivateDirectory } from './private-directory.ts';
import { withReserve } from './reserve.ts';
import { createSettledReader } from './settled.ts';
import { evaluateUntil } from './until.ts';
import type { OpenDirectory, UserDirectory } from './user-directory.ts';
import { createWatching } from './watching.ts';

/** What a board is made of. */
export interface BoardOptions {
  readonly layout: Layout;
  /** Where the user's flags lie; see {@link UserDirectory}. */
  readonly userDirectory: UserDirectory;
  readonly logger: Logger;
  /** This container's own heartbeat, whose beats wake nobody. */
  readonly own?: 'agentAlive' | 'sshdAlive';
  /**
   * Takes attributes off a directory and a name in it that forbid to change them (chattr +i, +a), and tells whether
   * there was one. Without it such a sentinel is a failure.
   */
  readonly unlock?: (directory: string, name: string) => Promise<boolean>;
  /** The slow tick in milliseconds; 3 s when left out. */
  readonly tickMs?: number;
}

/** A board that holds watches open until it is closed. */
export interface ClosableBoard extends Board {
  /** Ends the watches. Waits that are under way live on by the tick. */
  close(): Promise<void>;
}

const ROOT_UID = 0;

/**
 * Makes the board of a job. Watching begins with the first wait.
 *
 * @example
 * const board = createBoard({ layout, userDirectory: volumeDirectory(layout.parent), logger });
 * const exiting = await board.until(() => whenPresent(board, 'exiting'), signal);
 */
export function createBoard(options: BoardOptions): ClosableBoard {
  const { layout } = options;
  const settled = createSettledReader();
  const watching = createWatching({ ...options, tickMs: options.tickMs ?? 3000 });
  return {
    read: async (name) => {
      const read = (): Promise<Sentinel> => readSafely(options, name);
      return SENTINELS[name].place === 'user' ? await settled(name, read) : await read();
    },
    post: async (name, note) => {
      const durable = SENTINELS[name].place !== 'private';
      if (!durable) await ensurePrivateDirectory(layout.private);
      const posted = await changing(options, name, async (path) => {
        await withReserve(layout.private, () => postSentinel(path, note, { durable }));
        return true;
      });
      if (posted === undefined) throw noUserDirectory();
    },
    clear: async (name) => {
      await changing(options, name, clearSentinel);
    },
    until: async (evaluate, signal) => await evaluateUntil(evaluate, watching.join(), signal),
    close: async () => {
      await watching.close();
    },
  };
}

async function readSafely(options: BoardOptions, name: SentinelName): Promise<Sentinel> {
  const rule = ruleFor(options.layout, name);
  try {
    return (await inDirectory(options, name, (path) => readSentinel(path, rule))) ?? { kind: 'absent' };
  } catch (error) {
    // The user's directory itself may be anything: a link out of the image is refused by whoever opens it.
    return { kind: 'unusable', found: error instanceof Error ? error.message : String(error) };
  }
}

/** In the jail a flag counts only when root owns it (H28): other users of the image can write to its /tmp. */
function ruleFor(layout: Layout, name: SentinelName): ReadRule {
  const isOwn = (note: Note): boolean => isOwnNote(name, note);
  return layout.jailed && SENTINELS[name].place === 'user' ? { ownerUid: ROOT_UID, isOwn } : { isOwn };
}

/** As {@link inDirectory}, once more when attributes forbade it and could be taken off. */
async function changing<T>(
  options: BoardOptions,
  name: SentinelName,
  work: (path: string) => Promise<T>,
): Promise<T | undefined> {
  const { unlock } = options;
  return await inDirectory(options, name, async (path) => {
    try {
      return await work(path);
    } catch (error) {
      if (unlock === undefined || !isForbidden(error)) throw error;
      const slash = path.lastIndexOf('/');
      if (!(await unlock(path.slice(0, slash), path.slice(slash + 1)))) throw error;
      return await work(path);
    }
  });
}

/** Does something to a sentinel's path while its directory is held; undefined when there is no such directory. */
async function inDirectory<T>(
  options: BoardOptions,
  name: SentinelName,
  work: (path: string) => Promise<T>,
): Promise<T | undefined> {
  const directory = await openPlace(options, name);
  if (directory === undefined) return undefined;
  try {
    return await work(`${directory.path}/${SENTINELS[name].file}`);
  } finally {
    await directory.close();
  }
}

async function openPlace(options: BoardOptions, name: SentinelName): Promise<OpenDirectory | undefined> {
  const { layout } = options;
  const close = (): Promise<void> => Promise.resolve();
  switch (SENTINELS[name].place) {
    case 'parent':
      return { path: layout.parent, close };
    case 'private':
      return { path: layout.private, close };
    case 'user':
      return await options.userDirectory.open();
  }
}
