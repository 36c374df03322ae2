// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { Failure } from '@ims/runtime';

import type { ExportPorts } from './ports.ts';

/** Between two looks, in milliseconds. */
const LOOK_MS = 5000;

/** Without an answer for so long a container is lost, with room for an sshd that is started again. */
const LOST_MS = 25_000;

/** So often it has to have been looked at meanwhile: an agent that stood still itself has seen nothing. */
const LEAST_LOOKS = 3;

/** Watches a container that has no heartbeat. */
export interface SilentPeerWatch {
  /** @throws Failure PeerLost when its ssh server, which has answered, has been gone for too long (H5) */
  look(signal: AbortSignal): Promise<void>;
}

/** Watches a sshd container that is not ours by its ssh server; it is cheap to look at every evaluation of a wait. */
export function watchSilentPeer({ stage, clock }: Pick<ExportPorts, 'stage' | 'clock'>): SilentPeerWatch {
  let lookedAt = Number.NEGATIVE_INFINITY;
  let silence: { readonly since: number; readonly looks: number } | undefined;
  return {
    look: async (signal) => {
      const now = clock.monotonic();
      if (now - lookedAt < LOOK_MS) return;
      lookedAt = now;
      if (await stage.sshIsThere(signal)) {
        silence = undefined;
        return;
      }
      silence = { since: silence?.since ?? now, looks: (silence?.looks ?? 0) + 1 };
      if (silence.looks < LEAST_LOOKS || now - silence.since < LOST_MS) return;
      const seconds = String(Math.round((now - silence.since) / 1000));
      throw new Failure('PeerLost', `the ssh server of the sshd container answered and has been gone for ${seconds} s`);
    },
  };
}
