// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { noteOf, textOf } from '@ims/contract';
import { Failure, type PeerState } from '@ims/runtime';

import type { ExportPorts } from './ports.ts';
import { sessionEndOf, type SessionEnd } from './session-end.ts';
import { NO_FACTS, REFERENCE, type ExportSettings, type ExportState, type Facts } from './states.ts';
import { afterSession } from './waiting.ts';

/** A heartbeat file that does not move for so long was left behind by an earlier container. */
export const LEFT_BEHIND_MS = 30_000;

/** Waits until somebody can log in: the probe of our own peer, or an ssh banner of another one (H39). */
export async function awaitDoor(
  settings: ExportSettings,
  ports: ExportPorts,
  signal: AbortSignal,
): Promise<ExportState> {
  const { board, clock } = ports;
  const began = clock.monotonic();
  let wasShut = false;
  return await board.until(async () => {
    const state = await ports.peer.state();
    const door = await board.read('door');
    const isOpen = noteOf(door)?.token === 'open';
    wasShut ||= !isOpen;
    // One that was open before we looked may be of a container that is gone: then only a heartbeat proves it.
    if (isOpen && (wasShut || state === 'alive')) return waiting(settings, await facts(ports, textOf(door)));
    const end = sessionEndOf({ exiting: await board.read('exiting'), failed: await board.read('failed') });
    if (end !== undefined) return await over(end, settings, ports);
    const waited = clock.monotonic() - began;
    return (await peerAnswers(settings, ports, { state, waited, signal }))
      ? waiting(settings, { ...NO_FACTS, pair: REFERENCE })
      : undefined;
  }, signal);
}

/** A shell that is over already was open, and clients of today wait to be told of that. */
async function over(end: SessionEnd, settings: ExportSettings, ports: ExportPorts): Promise<ExportState> {
  if (end.kind === 'gave-up') return await afterSession({ facts: NO_FACTS, end, settings }, ports);
  const { pair = REFERENCE } = await facts(ports, '');
  return waiting(settings, { ...NO_FACTS, pair });
}

async function peerAnswers(
  settings: ExportSettings,
  ports: ExportPorts,
  wait: { readonly state: PeerState; readonly waited: number; readonly signal: AbortSignal },
): Promise<boolean> {
  const { state } = wait;
  if (state === 'stale') throw new Failure('PeerLost', 'the sshd container stopped before its shell was open');
  if (state === 'alive') return false;
  if (wait.waited > settings.peerTimeoutMs) {
    const seconds = String(settings.peerTimeoutMs / 1000);
    throw new Failure(
      'PeerNeverAppeared',
      `no heartbeat and no ssh banner from the sshd container within ${seconds} s`,
    );
  }
  const heartbeat = await ports.board.read('sshdAlive');
  if (heartbeat.kind === 'present' && wait.waited < LEFT_BEHIND_MS) return false;
  return await ports.stage.bannerAnswers(wait.signal);
}

async function facts(ports: ExportPorts, hostKeys: string): Promise<Facts> {
  const pair = textOf(await ports.board.read('sshdAlive'));
  return { ...NO_FACTS, hostKeys: hostKeys.split('\n'), pair: pair === '' ? undefined : pair };
}

function waiting(settings: ExportSettings, known: Facts): ExportState {
  const { complete, failed } = settings.flags;
  const how = `log in as root, then touch ${complete} when the image is good or ${failed} when it is not`;
  const look = `the build failed, and nothing is published: log in as root to look into it, then touch ${failed} to end the job`;
  return settings.action === 'create'
    ? { phase: 'WaitingOnUser', facts: known, reason: 'BuildFailed', message: look }
    : { phase: 'WaitingOnUser', facts: known, reason: 'Customize', message: how };
}
