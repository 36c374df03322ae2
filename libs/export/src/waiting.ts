// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { decodeQuestion, decodeVerdict, type Question } from '@ims/contract';
import { Failure, type StateOf } from '@ims/runtime';

import type { ExportPorts } from './ports.ts';
import { gaveUp, markedFailed, sessionEndOf, type SessionEnd } from './session-end.ts';
import { watchSilentPeer, type SilentPeerWatch } from './silent-peer.ts';
import { REFERENCE, type ExportData, type ExportSettings, type ExportState, type Facts } from './states.ts';
import { isTold } from './told.ts';

/** Waits for the user: for the sshd container's question, or for the end of the session. */
export async function awaitUser(
  state: StateOf<ExportData, 'WaitingOnUser'>,
  settings: ExportSettings,
  wait: { readonly ports: ExportPorts; readonly signal: AbortSignal },
): Promise<ExportState> {
  const { facts } = state;
  if (facts.pair === REFERENCE) await isTold(wait.ports, wait.signal);
  const silent = facts.pair === REFERENCE ? watchSilentPeer(wait.ports) : undefined;
  const event = await nextEvent(wait.ports, wait.signal, { silent });
  if (event.kind === 'asked') return { phase: 'Validating', facts, question: event.question };
  return await afterSession({ facts, end: event, settings }, wait.ports);
}

/** What the sshd container may do next. */
export type SessionEvent = SessionEnd | { readonly kind: 'asked'; readonly question: Question };

/**
 * Waits for a question that is open, other than `answered`, or for the end of the session.
 *
 * @param seen.answered the id of a question that has its answer
 * @param seen.silent watches a container that has no heartbeat
 * @throws Failure PeerLost when the other container's heartbeat, or its ssh server, stops first (H5)
 */
export async function nextEvent(
  ports: ExportPorts,
  signal: AbortSignal,
  seen: { readonly answered?: string | undefined; readonly silent?: SilentPeerWatch | undefined },
): Promise<SessionEvent> {
  const { board, peer } = ports;
  const { answered, silent } = seen;
  return await board.until<SessionEvent>(async () => {
    const end = sessionEndOf({ exiting: await board.read('exiting'), failed: await board.read('failed') });
    if (end !== undefined) return end;
    const question = decodeQuestion(await board.read('question'));
    if (question !== undefined && question.id !== answered && (await isOpen(ports, question))) {
      return { kind: 'asked', question };
    }
    if ((await peer.state()) === 'stale') throw new Failure('PeerLost', 'the heartbeat of the sshd container stopped');
    await silent?.look(signal);
    return undefined;
  }, signal);
}

// A question that an earlier start accepted is answered again, so that this start goes on from there.
async function isOpen(ports: ExportPorts, question: Question): Promise<boolean> {
  const verdict = decodeVerdict(await ports.board.read('verdict'));
  return verdict?.id !== question.id || verdict.answer === 'accepted';
}

/** The state that follows the end of the session. */
export async function afterSession(
  ended: { readonly facts: Facts; readonly end: SessionEnd; readonly settings: ExportSettings },
  ports: ExportPorts,
): Promise<ExportState> {
  const { facts, end, settings } = ended;
  if (end.kind === 'gave-up') return gaveUp(facts, end.release);
  if (settings.action === 'create') {
    return { phase: 'Failed', facts, reason: 'BuildFailed', message: 'the build failed; its debug shell is closed' };
  }
  if (end.kind === 'complete') return { phase: 'Validating', facts, question: undefined };
  await ports.journal.append({ step: 'closed', outcome: 'failed', message: end.message });
  await ports.stage.restore();
  return markedFailed(facts, end.message);
}
