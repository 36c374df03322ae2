// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { encodeRelease, ERRORS, EXIT_DONE, PHASES, type JobStatus } from '@ims/contract';
import { drive, logStatus, sentenceOf, type Handlers, type MachineRow } from '@ims/runtime';

import type { ExportPorts } from './ports.ts';
import { createIdentity, type Identity } from './identity.ts';
import { pack, register } from './publishing.ts';
import { start } from './starting.ts';
import { NO_FACTS, type ExportData, type ExportSettings, type ExportState, type RunningExportPhase } from './states.ts';
import { nextStatus, type EarlierStatus } from './status.ts';
import { takeBack } from './taking-back.ts';
import { upload } from './uploading.ts';
import { validate } from './validating.ts';
import { awaitUser } from './waiting.ts';

const NO_EARLIER: EarlierStatus = { history: [], timings: {} };

/**
 * The agent's whole story, from the journal to a terminal phase, which it gives back; with the goal `packed` to
 * `Uploading`, whose archive is not stored. Never throws for what happens to the job; whoever waits for us is
 * released before it returns.
 *
 * @param run.signal aborted by SIGTERM: the job is then interrupted and can be resumed (H6)
 * @param run.earlier what the status of an earlier start said, so that nothing of the job's history is lost
 */
export async function runExport(run: {
  readonly settings: ExportSettings;
  readonly ports: ExportPorts;
  readonly signal: AbortSignal;
  readonly earlier?: EarlierStatus | undefined;
}): Promise<ExportState> {
  const { settings, ports, signal, earlier = NO_EARLIER } = run;
  const identity = createIdentity({ settings, ports, signal });
  const isGoal = (state: ExportState): boolean => settings.goal === 'packed' && state.phase === 'Uploading';
  let status: JobStatus | undefined;
  const last = await drive<ExportData, RunningExportPhase, ExportPorts>(
    {
      table: tableFor(settings),
      handlers: handlersFor(settings, identity),
      ports,
      signal,
      onEnter: (state) => {
        if (isGoal(state)) return Promise.resolve();
        status = nextStatus(status, { state, settings, now: ports.clock.now(), earlier });
        tell(ports, status, state);
        return Promise.resolve();
      },
      onFailure: (failure, { facts }) => ({
        phase: 'Failed',
        facts,
        reason: failure.reason,
        message: sentenceOf(failure),
        failure,
      }),
      onCancelled: ({ facts, phase }) => ({
        phase: 'Interrupted',
        facts,
        message: `a signal stopped the agent during ${phase}; ${ERRORS.Interrupted.advice}`,
      }),
    },
    { phase: 'Starting', facts: NO_FACTS },
  );
  await finish(last, settings, { ports, identity });
  return last;
}

/** Who only packs has come to the end when the next step is to store. */
function tableFor({ goal }: ExportSettings): Readonly<Record<keyof ExportData, MachineRow>> {
  return goal === 'published' ? PHASES : { ...PHASES, Uploading: { ...PHASES.Uploading, terminal: true } };
}

function handlersFor(
  settings: ExportSettings,
  identity: Identity,
): Handlers<ExportData, RunningExportPhase, ExportPorts> {
  return {
    Starting: (_state, ports, signal) => start(settings, ports, signal),
    WaitingOnUser: (state, ports, signal) => awaitUser(state, settings, { ports, signal }),
    Validating: (state, ports, signal) => validate(state, settings, { ports, signal }),
    Packaging: (state, ports, signal) => pack(state, settings, { ports, signal, identity }),
    Uploading: (state, ports, signal) => upload(state, { ports, signal, identity }),
    Registering: (state, ports, signal) => register(state, settings, { ports, signal }),
  };
}

function tell(ports: ExportPorts, status: JobStatus, state: ExportState): void {
  logStatus(ports.logger, status, 'failure' in state ? state.failure : undefined);
  ports.reporter.report(status);
}

// The last words outlive the job: nothing here may throw, and the reporter has a bound of its own.
async function finish(
  last: ExportState,
  settings: ExportSettings,
  { ports, identity }: { readonly ports: ExportPorts; readonly identity: Identity },
): Promise<void> {
  try {
    const gaveUp = last.phase === 'Failed' || last.phase === 'Interrupted';
    if (gaveUp && settings.goal === 'published') await release(last, settings, ports);
    await takeBack(last, settings, { ports, identity });
    await noteEnd(last, ports.journal);
  } catch (error) {
    ports.logger.warn({ err: error, job: settings.jobId }, 'the volume refuses our last words');
  }
  await ports.reporter.flush();
}

/** A job that failed before its first step has nothing to go on from, and so no journal; one that had ended well says no more. */
async function noteEnd(last: ExportState, journal: ExportPorts['journal']): Promise<void> {
  const before = (await journal.entries()).at(-1);
  if (before === undefined || (before.step === 'ended' && before.phase === 'Succeeded')) return;
  if (last.phase === 'Failed') await journal.append({ step: 'ended', phase: 'Failed', reason: last.reason });
  if (last.phase === 'Succeeded') await journal.append({ step: 'ended', phase: 'Succeeded', reason: '' });
}

/** Lets a sshd container go that waits for us: `failed`, and `ready` in case it is still before that. */
async function release(
  last: ExportState & { readonly message: string },
  settings: ExportSettings,
  ports: ExportPorts,
): Promise<void> {
  const { board } = ports;
  const hasShell = settings.action === 'customize' || settings.debug;
  if (!hasShell) return;
  const isOver = (await board.read('exiting')).kind === 'present';
  const hasUsersWord = (await board.read('failed')).kind === 'present';
  if (!isOver && !hasUsersWord) {
    const token = last.phase === 'Interrupted' ? 'interrupted' : 'failed';
    const reason = 'reason' in last ? last.reason : 'Interrupted';
    await board.post('failed', encodeRelease({ token, reason, message: last.message }));
  }
  if (!isOver) await board.post('ready', { token: 'ready', message: '' });
}

/** The exit code of a job that ended so; `signalExit` is what an ending by signal exits with. */
export function exitCodeOf(last: ExportState, signalExit: number): number {
  if (last.phase === 'Failed') return ERRORS[last.reason].exit;
  return last.phase === 'Interrupted' ? signalExit : EXIT_DONE;
}
