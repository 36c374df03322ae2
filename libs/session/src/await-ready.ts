// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { decodeRelease, noteOf, textOf, type Sentinel } from '@ims/contract';
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
  const { board, peer, clock } = ports;
  const began = clock.monotonic();
  const isFarewell = await farewells(ports);
  return await board.until(async () => {
    const exiting = await board.read('exiting');
    if (noteOf(exiting)?.token === 'done') return { phase: 'Closed', ending: { kind: 'not-needed' } };
    // An `exiting` of an earlier start that gave up: the agent takes it away when it opens again.
    const next = exiting.kind === 'present' ? undefined : await onceReady(ports, isFarewell);
    if (next !== undefined) return next;
    const state = await peer.state();
    if (state === 'stale') throw new Failure('PeerLost', 'the agent stopped before it had prepared the image root');
    if (state === 'unseen' && clock.monotonic() - began > settings.peerTimeoutMs) {
      const seconds = String(settings.peerTimeoutMs / 1000);
      throw new Failure('PeerNeverAppeared', `no \`ready\` and no heartbeat from the agent within ${seconds} s`);
    }
    return undefined;
  }, signal);
}

async function onceReady(
  { board, door }: SessionPorts,
  isFarewell: (failed: Sentinel) => boolean,
): Promise<SessionState | undefined> {
  if ((await board.read('ready')).kind !== 'present') return undefined;
  const failed = await board.read('failed');
  const release = decodeRelease(failed);
  if (release === undefined) return (await door.isConfigured()) ? { phase: 'Opening' } : undefined;
  return isFarewell(failed) ? { phase: 'Closing', ending: released(release) } : undefined;
}

/**
 * A release that stood in `failed` before this container started counts only when it stays for so long: an agent
 * that starts again with us takes it away, one that gave up before we came does not.
 */
const OLD_RELEASE_MS = 10_000;

async function farewells({ board, clock }: SessionPorts): Promise<(failed: Sentinel) => boolean> {
  const began = clock.monotonic();
  const atStart = textOf(await board.read('failed'));
  return (failed) => textOf(failed) !== atStart || clock.monotonic() - began > OLD_RELEASE_MS;
}
