// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { Failure } from '@ims/runtime';

import type { SessionPorts } from './ports.ts';
import type { SessionSettings } from './states.ts';

/** Whether nothing was ever seen of the agent: one that is not ours has no heartbeat. */
export async function isUnseen({ board, peer }: Pick<SessionPorts, 'board' | 'peer'>): Promise<boolean> {
  return (await peer.state()) === 'unseen' && (await board.read('agentAlive')).kind !== 'present';
}

/** Looking for users reads the table of processes. */
const LOOK_MS = 60_000;

/**
 * Bounds a shell whose agent cannot be seen. While it waits for the user, an agent that is not ours does nothing that
 * this container could notice, so that its death is none either: without anybody who uses the shell, it is given up.
 *
 * @throws Failure PeerLost when no user has had a process for so long; never resolves
 */
export async function untilAbandoned(
  { unseenAgentMs }: SessionSettings,
  ports: SessionPorts,
  signal: AbortSignal,
): Promise<never> {
  const { board, clock, sessions } = ports;
  const everyMs = Math.min(LOOK_MS, unseenAgentMs / 4);
  let usedAt = clock.monotonic();
  let lookedAt = usedAt;
  return await board.until<never>(async () => {
    const now = clock.monotonic();
    if (now - lookedAt < everyMs) return undefined;
    lookedAt = now;
    const isUsed = !(await isUnseen(ports)) || (await sessions.list()).length > 0;
    if (isUsed) usedAt = now;
    if (now - usedAt < unseenAgentMs) return undefined;
    const seconds = String(unseenAgentMs / 1000);
    throw new Failure(
      'PeerLost',
      `the agent has shown no sign of life, and nobody has used the shell for ${seconds} s`,
      {
        advice: 'give IMS_UNSEEN_AGENT_TIMEOUT more seconds where shells are left alone for longer',
      },
    );
  }, signal);
}
