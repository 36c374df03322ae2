// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { Peer, PeerState } from '@ims/runtime';

/** A peer in the state that the test says; it counts how often it was looked at. */
export interface FakePeer extends Peer {
  readonly looks: number;
  become(state: PeerState): void;
  /** As the real one of `@ims/sentinel`: undefined for a container that is not ours. */
  text(): Promise<string | undefined>;
}

/** Makes a peer; waits hear of a change at the board's next tick. */
export function createFakePeer(initial: PeerState = 'unseen', text?: string): FakePeer {
  let state = initial;
  let looks = 0;
  return {
    get looks() {
      return looks;
    },
    become: (next) => {
      state = next;
    },
    state: () => {
      looks += 1;
      return Promise.resolve(state);
    },
    text: () => Promise.resolve(text),
  };
}
