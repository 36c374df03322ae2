// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { Peer, PeerState } from '@ims/runtime';

/** A peer in the state that the test says; it counts how often it was looked at. */
export interface FakePeer extends Peer {
  readonly looks: number;
  become(state: PeerState): void;
}

/** Makes a peer; waits hear of a change at the board's next tick. */
export function createFakePeer(initial: PeerState = 'unseen'): FakePeer {
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
  };
}
