// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { OwnNote, Sentinel, SentinelName, Words } from '@ims/contract';

/** The signal files of one job, as both stories see them. `libs/sentinel` implements it. */
export interface Board {
  /** Reads one sentinel; never throws for what a hostile user may put there. */
  read(name: SentinelName): Promise<Sentinel>;
  /** Writes it atomically; without a note it is empty. Throws when the volume refuses. */
  post(name: SentinelName, note?: OwnNote | Words): Promise<void>;
  /** Takes it away; one that is absent is fine. */
  clear(name: SentinelName): Promise<void>;
  /**
   * Calls `evaluate` at once, at every change of a sentinel and on a slow tick, until it gives a value.
   * Rejects with what `evaluate` throws, or with the signal's reason.
   */
  until<T>(evaluate: () => Promise<T | undefined>, signal: AbortSignal): Promise<T>;
}

/** What is known of the other container (a heartbeat proves that it is one of ours). */
export type PeerState = 'unseen' | 'alive' | 'stale';

/** The other container's heartbeat. */
export interface Peer {
  /** Looks at the heartbeat now; cheap, meant for every evaluation of a wait. */
  state(): Promise<PeerState>;
}
