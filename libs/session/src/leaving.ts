// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { Failure } from '@ims/runtime';

import type { SessionPorts } from './ports.ts';
import type { Ending, SessionSettings, SessionState } from './states.ts';

/**
 * Waits until an agent without a heartbeat has taken `exiting` away, which it does as soon as it sees it: the first sign
 * of life that there is of one. Nothing is left to be done here, but without a sign nobody publishes the image.
 *
 * @throws Failure PeerLost when it is still there after the time that a first sign of life may take
 */
export async function leave(
  ending: Ending,
  { peerTimeoutMs }: SessionSettings,
  { ports, signal }: { readonly ports: SessionPorts; readonly signal: AbortSignal },
): Promise<SessionState> {
  const { board, clock } = ports;
  const began = clock.monotonic();
  return await board.until<SessionState>(async () => {
    if ((await board.read('exiting')).kind !== 'present') return { phase: 'Closed', ending };
    if (clock.monotonic() - began <= peerTimeoutMs) return undefined;
    const seconds = String(peerTimeoutMs / 1000);
    throw new Failure('PeerLost', `the agent has not taken \`exiting\` away within ${seconds} s: nobody ends this job`);
  }, signal);
}
