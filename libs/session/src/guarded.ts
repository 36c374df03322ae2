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

async function untilPeerLost(ports: SessionPorts, signal: AbortSignal): Promise<never> {
  return await ports.board.until<never>(async () => {
    if ((await ports.peer.state()) === 'stale') throw new Failure('PeerLost', 'the heartbeat of the agent stopped');
    return undefined;
  }, signal);
}
