// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { ERRORS, EXIT_DONE, SESSION_PHASES } from '@ims/contract';
import { drive, type Handlers } from '@ims/runtime';

import { awaitReady } from './await-ready.ts';
import { close } from './closing.ts';
import { leave } from './leaving.ts';
import { ask, awaitUser } from './open.ts';
import { customize, openDoor } from './opening.ts';
import type { SessionPorts } from './ports.ts';
import type { Ending, RunningSessionPhase, SessionData, SessionSettings, SessionState } from './states.ts';

/**
 * The sshd container's whole story, from waiting for `ready` to its end. Never throws.
 *
 * @param run.signal aborted by SIGTERM: the session is then closed in order and can be resumed (H6)
 */
export async function runSession(run: {
  readonly settings: SessionSettings;
  readonly ports: SessionPorts;
  readonly signal: AbortSignal;
}): Promise<Ending> {
  const { settings, ports } = run;
  const handlers: Handlers<SessionData, RunningSessionPhase, SessionPorts> = {
    AwaitingReady: (_state, _ports, signal) => awaitReady(settings, ports, signal),
    Opening: (_state, _ports, signal) => openDoor(ports, signal),
    Customizing: (_state, _ports, signal) => customize(ports, signal),
    Open: (_state, _ports, signal) => awaitUser(settings, ports, signal),
    Asking: (_state, _ports, signal) => ask(settings, ports, signal),
    Closing: ({ ending }) => close(ports, ending),
    Leaving: ({ ending }, _ports, signal) => leave(ending, settings, { ports, signal }),
  };
  const last = await drive<SessionData, RunningSessionPhase, SessionPorts>(
    {
      table: SESSION_PHASES,
      handlers,
      ports,
      signal: run.signal,
      onEnter: (state) => tell(ports, state),
      onFailure: (failure, during) => closing({ kind: 'failure', failure }, during),
      // Who only waits for somebody to take note has ended as was said.
      onCancelled: (during) => closing(during.phase === 'Leaving' ? during.ending : { kind: 'interrupted' }, during),
    },
    { phase: 'AwaitingReady' },
  );
  return last.phase === 'Closed' ? last.ending : { kind: 'interrupted' };
}

function closing(ending: Ending, during: SessionState): SessionState {
  return { phase: 'ending' in during ? 'Closed' : 'Closing', ending };
}

function tell(ports: SessionPorts, state: SessionState): Promise<void> {
  const row = SESSION_PHASES[state.phase];
  const ending = 'ending' in state ? state.ending : undefined;
  if (ending?.kind === 'failure') ports.logger.error({ phase: state.phase, err: ending.failure }, row.meaning);
  else ports.logger.info({ phase: state.phase, ...(ending === undefined ? {} : { ending: ending.kind }) }, row.meaning);
  return Promise.resolve();
}

/** The exit code of a session that ended so; `signalExit` is what an ending by signal exits with. */
export function exitCodeOf(ending: Ending, signalExit: number): number {
  switch (ending.kind) {
    case 'not-needed':
    case 'complete':
      return EXIT_DONE;
    case 'failed':
      return ERRORS.MarkedFailed.exit;
    case 'failure':
      return ending.failure.exit;
    case 'interrupted':
      return signalExit;
  }
}
