// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { noteOf, textOf } from '@ims/contract';
import { Failure } from '@ims/runtime';

import type { ExportPorts } from './ports.ts';
import { gaveUp, sessionEndOf } from './session-end.ts';
import { NO_FACTS, type ExportSettings, type ExportState, type Facts } from './states.ts';
import { afterSession } from './waiting.ts';

/** A heartbeat file that does not move for so long was left behind by an earlier container. */
const LEFT_BEHIND_MS = 30_000;

/** Waits until somebody can log in: the probe of our own peer, or an ssh banner of another one (H39). */
export async function awaitDoor(
  settings: ExportSettings,
  ports: ExportPorts,
  signal: AbortSignal,
): Promise<ExportState> {
  const { board, clock } = ports;
  const began = clock.monotonic();
  return await board.until(async () => {
    const door = await board.read('door');
    if (noteOf(door)?.token === 'open') return waiting(settings, await facts(ports, textOf(door)));
    const end = sessionEndOf({ exiting: await board.read('exiting'), failed: await board.read('failed') });
    if (end !== undefined) return await afterSession({ facts: NO_FACTS, end, settings }, ports);
    const waited = clock.monotonic() - began;
    return (await peerAnswers(settings, ports, { waited, signal }))
      ? waiting(settings, { ...NO_FACTS, pair: 'reference' })
      : undefined;
  }, signal);
}

async function peerAnswers(
  settings: ExportSettings,
  ports: ExportPorts,
  wait: { readonly waited: number; readonly signal: AbortSignal },
): Promise<boolean> {
  const state = await ports.peer.state();
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
  return settings.action === 'create'
    ? { phase: 'WaitingOnUser', facts: known, reason: 'BuildFailed', message: `the build failed; ${how}` }
    : { phase: 'WaitingOnUser', facts: known, reason: 'Customize', message: how };
}

/** Goes on with a shell that an earlier start of the agent had opened; the user's flags stay. */
export async function reopen(settings: ExportSettings, ports: ExportPorts, signal: AbortSignal): Promise<ExportState> {
  const { board, stage } = ports;
  const end = sessionEndOf({ exiting: await board.read('exiting'), failed: await board.read('failed') });
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
  if (end !== undefined) {
    await board.clear('failed');
    await board.clear('exiting');
  }
  // Last: from here on an exiting is a new one.
  await board.post('ready', { token: 'ready', message: '' });
  return await awaitDoor(settings, ports, signal);
}
