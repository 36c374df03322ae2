// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { lstatSync } from 'node:fs';

import type { Clock, Peer, PeerState } from '@ims/runtime';

/** What a peer is judged by. */
export interface PeerOptions {
  /** The other container's heartbeat. */
  readonly path: string;
  readonly clock: Pick<Clock, 'monotonic'>;
  /** Without a move of the heartbeat for this long the peer is stale; 30 s when left out. */
  readonly staleMs?: number;
}

/**
 * Watches the other container's heartbeat.
 *
 * Judged by this process's own monotonic clock since the file was last seen to *change* (modification time or
 * inode), never by comparing wall clocks, which jump and differ between nodes.
 *
 * A file that is there at the first look may be left over from a run that died: it counts for nothing, the peer is
 * `unseen`, until it moves. So a leftover neither makes a peer lost nor keeps anybody waiting for it, and a living
 * peer is known after one beat. A file that comes later was made by a living peer. One that goes away stands still.
 */
export function createPeer(options: PeerOptions): Peer {
  const { path, clock, staleMs = 30_000 } = options;
  let seen: string | undefined;
  let looked = false;
  let movedAt: number | undefined;
  return {
    state: async (): Promise<PeerState> => {
      const mark = markOf(path);
      if (mark !== undefined && mark !== seen) {
        if (looked) movedAt = clock.monotonic();
        seen = mark;
      }
      looked = true;
      if (movedAt === undefined) return 'unseen';
      return clock.monotonic() - movedAt > staleMs ? 'stale' : 'alive';
    },
  };
}

/** Changes whenever the heartbeat beats; undefined when there is none that can be read. */
function markOf(path: string): string | undefined {
  try {
    const stats = lstatSync(path, { bigint: true, throwIfNoEntry: false });
    return stats?.isFile() === true ? `${String(stats.ino)}:${String(stats.mtimeNs)}` : undefined;
  } catch {
    return undefined;
  }
}
