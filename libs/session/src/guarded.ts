// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { Failure } from '@ims/runtime';

import type { SessionPorts } from './ports.ts';

/**
 * Does `work` while sshd is kept alive and the agent is watched: whichever fails first ends the others.
 *
 * @throws Failure PeerLost, SshdKeepsDying, or what `work` throws
 */
export async function guarded<T>(
  ports: SessionPorts,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const done = new AbortController();
  const inner = AbortSignal.any([signal, done.signal]);
  const all = [work(inner), ports.door.supervise(inner), untilPeerLost(ports, inner)];
  try {
    return await Promise.race(all);
  } finally {
    done.abort();
    await Promise.allSettled(all);
  }
}

/** A heartbeat that is there and does not move for so long is of an agent that died before this container started. */
const LEFT_BEHIND_MS = 30_000;

async function untilPeerLost({ board, peer, clock }: SessionPorts, signal: AbortSignal): Promise<never> {
  const began = clock.monotonic();
  return await board.until<never>(async () => {
    const state = await peer.state();
    if (state === 'stale') throw new Failure('PeerLost', 'the heartbeat of the agent stopped');
    if (state === 'alive' || clock.monotonic() - began < LEFT_BEHIND_MS) return undefined;
    if ((await board.read('agentAlive')).kind !== 'present') return undefined;
    throw new Failure('PeerLost', 'the agent left a heartbeat behind that does not move');
  }, signal);
}
