// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { decodeRelease, decodeVerdict, encodeQuestion, textOf, type Verdict } from '@ims/contract';
import { Failure, withDeadline, type Board } from '@ims/runtime';

import { guarded } from './guarded.ts';
import type { SessionPorts } from './ports.ts';
import { released } from './released.ts';
import type { SessionSettings, SessionState } from './states.ts';
import { untilAbandoned } from './unseen.ts';

/** Waits for the user's word. `failed` wins when both flags are there (reference §1.1). */
export async function awaitUser(
  settings: SessionSettings,
  ports: SessionPorts,
  signal: AbortSignal,
): Promise<SessionState> {
  const { board } = ports;
  return await guarded(ports, signal, (inner) => {
    const said = board.until(async () => (await failedFlag(board)) ?? (await completeFlag(ports)), inner);
    return Promise.race([said, untilAbandoned(settings, ports, inner)]);
  });
}

async function failedFlag(board: Board): Promise<SessionState | undefined> {
  const failed = await board.read('failed');
  if (failed.kind !== 'present') return undefined;
  const release = decodeRelease(failed);
  if (release !== undefined) return { phase: 'Closing', ending: released(release) };
  return { phase: 'Closing', ending: { kind: 'failed', message: textOf(failed) } };
}

async function completeFlag(ports: SessionPorts): Promise<SessionState | undefined> {
  const complete = await ports.board.read('complete');
  if (complete.kind !== 'present') return undefined;
  // Only an agent of ours can be asked; beside the reference, which has no heartbeat, today's order holds.
  const canAsk = (await ports.board.read('agentAlive')).kind === 'present';
  return canAsk ? { phase: 'Asking' } : { phase: 'Closing', ending: { kind: 'complete' } };
}

/** Asks the agent whether the image can be packaged, while the shell is still up (H10). */
export async function ask(settings: SessionSettings, ports: SessionPorts, signal: AbortSignal): Promise<SessionState> {
  const { board, sessions, logger } = ports;
  const terminals = new Set((await sessions.list()).flatMap((process) => process.terminal ?? []));
  const id = ports.newId();
  await board.post('question', encodeQuestion({ id, terminals: terminals.size }));
  const bound = { ms: settings.verdictTimeoutMs, what: "the agent's check of the image", signal };
  try {
    return await withDeadline(bound, (inner) =>
      guarded(ports, inner, (innermost) =>
        board.until(async () => (await failedFlag(board)) ?? (await answered(ports, id)), innermost),
      ),
    );
  } catch (error) {
    if (!(error instanceof Failure) || error.reason !== 'DeadlineExceeded') throw error;
    logger.warn({}, `${error.message}; the shell is closed unchecked, the agent checks once more before it packs`);
    return { phase: 'Closing', ending: { kind: 'complete' } };
  }
}

async function answered(ports: SessionPorts, id: string): Promise<SessionState | undefined> {
  const verdict = decodeVerdict(await ports.board.read('verdict'));
  if (verdict?.id !== id) return undefined;
  return await obey(ports, verdict);
}

async function obey(ports: SessionPorts, verdict: Verdict): Promise<SessionState> {
  switch (verdict.answer) {
    case 'accepted':
      await ports.board.clear('refused');
      return { phase: 'Closing', ending: { kind: 'complete' } };
    case 'rejected':
      return { phase: 'Closing', ending: { kind: 'failure', failure: new Failure('ImageInvalid', verdict.reason) } };
    case 'refused':
      // The reason is there before the flag goes, so that nobody finds neither (H7).
      await ports.board.post('refused', { token: 'refused', message: verdict.reason });
      await ports.board.clear('complete');
      await ports.sessions.tell(`complete was taken back: ${verdict.reason}`);
      ports.logger.warn({ reason: verdict.reason }, 'complete was taken back; the shell stays open');
      return { phase: 'Open' };
  }
}
