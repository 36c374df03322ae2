// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { decodeRelease, noteOf } from '@ims/contract';
import { Failure, type Board } from '@ims/runtime';

import type { SessionPorts } from './ports.ts';
import { released } from './released.ts';
import type { SessionSettings, SessionState } from './states.ts';

/** Waits until the agent has prepared the image root; a create job may need no shell at all. */
export async function awaitReady(
  settings: SessionSettings,
  ports: SessionPorts,
  signal: AbortSignal,
): Promise<SessionState> {
  if (!(await needsShell(settings, ports.board))) return { phase: 'Closed', ending: { kind: 'not-needed' } };
  // What an earlier start of this container said of its door is no longer true.
  await ports.board.clear('door');
  const [next] = await Promise.all([untilReady(settings, ports, signal), ports.door.prepare()]);
  return next;
}

async function needsShell(settings: SessionSettings, board: Board): Promise<boolean> {
  if (settings.action === 'customize') return true;
  const buildFailed = await board.read('buildFailed');
  return settings.debug && buildFailed.kind === 'present';
}

async function untilReady(settings: SessionSettings, ports: SessionPorts, signal: AbortSignal): Promise<SessionState> {
  const { board, peer, door, clock } = ports;
  const patience = clock.monotonic() + settings.peerTimeoutMs;
  return await board.until(async () => {
    const exiting = await board.read('exiting');
    if (noteOf(exiting)?.token === 'done') return { phase: 'Closed', ending: { kind: 'not-needed' } };
    // An `exiting` of an earlier start that gave up: the agent takes it away when it opens again.
    if (exiting.kind !== 'present' && (await board.read('ready')).kind === 'present') {
      const release = decodeRelease(await board.read('failed'));
      if (release !== undefined) return { phase: 'Closing', ending: released(release) };
      if (await door.isConfigured()) return { phase: 'Opening' };
    }
    const state = await peer.state();
    if (state === 'stale') throw new Failure('PeerLost', 'the agent stopped before it had prepared the image root');
    if (state === 'unseen' && clock.monotonic() > patience) {
      const seconds = String(settings.peerTimeoutMs / 1000);
      throw new Failure('PeerNeverAppeared', `no \`ready\` and no heartbeat from the agent within ${seconds} s`);
    }
    return undefined;
  }, signal);
}
