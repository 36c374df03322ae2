// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { decodeRelease, noteOf } from '@ims/contract';

import { awaitDoor, LEFT_BEHIND_MS } from './door.ts';
import type { ExportPorts } from './ports.ts';
import { gaveUp, sessionEndOf } from './session-end.ts';
import { NO_FACTS, type ExportSettings, type ExportState } from './states.ts';
import { afterSession } from './waiting.ts';

/** Goes on with a shell that an earlier start of the agent had opened; the user's flags stay. */
export async function reopen(settings: ExportSettings, ports: ExportPorts, signal: AbortSignal): Promise<ExportState> {
  const { board, stage } = ports;
  await untilReleasedPeerHasGone(ports, signal);
  const failed = await board.read('failed');
  const end = sessionEndOf({ exiting: await board.read('exiting'), failed });
  if (end?.kind === 'gave-up') {
    // The user's word stands although one of the containers ended before it was obeyed.
    const said = (await board.read('complete')).kind === 'present';
    const sessionsAreGone = end.release.token !== 'failed';
    if (said && sessionsAreGone) return { phase: 'Validating', facts: NO_FACTS, question: undefined };
    if (end.release.reason === 'SessionsRemain') return gaveUp(NO_FACTS, end.release);
  } else if (end !== undefined) {
    return await afterSession({ facts: NO_FACTS, end, settings }, ports);
  }
  await stage.setUp();
  if (decodeRelease(failed) !== undefined) await board.clear('failed');
  // Without an end before, an exiting that is there by now is the answer that we wait for.
  if (end !== undefined) await board.clear('exiting');
  // Last: from here on an exiting is a new one.
  await board.post('ready', { token: 'ready', message: '' });
  return await awaitDoor(settings, ports, signal);
}

/**
 * Waits for the `exiting` of a sshd container that was told to give up and may still be closing its door: what it
 * says then would be taken for the end of the session that is about to open. One that has only just started has
 * taken its forerunner's open door back, and one that has ended took its heartbeat with it.
 */
async function untilReleasedPeerHasGone(ports: ExportPorts, signal: AbortSignal): Promise<void> {
  const { board, peer, clock } = ports;
  const began = clock.monotonic();
  await board.until(async () => {
    if (decodeRelease(await board.read('failed')) === undefined) return true;
    if ((await board.read('exiting')).kind === 'present') return true;
    if (noteOf(await board.read('door'))?.token !== 'open') return true;
    if ((await board.read('sshdAlive')).kind !== 'present') return true;
    const isAlive = (await peer.state()) === 'alive';
    return !isAlive && clock.monotonic() - began > LEFT_BEHIND_MS ? true : undefined;
  }, signal);
}
