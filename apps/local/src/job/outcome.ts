// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { ERRORS, exitCodeOfSignal, EXIT_DONE, type JobStatus, type Reason, type StoredArtifact } from '@ims/contract';

/** How a job can end. */
type JobOutcome = 'Succeeded' | 'Failed' | 'Interrupted';

/** What `ims-job run --output json` prints as the last line of its standard output. */
export interface Result {
  readonly job: string;
  readonly action: string;
  readonly outcome: JobOutcome;
  readonly reason: string;
  readonly message: string;
  /** The image id; null when there is no image. */
  readonly image: string | null;
  /** Path of the manifest. */
  readonly manifest: string | null;
  readonly artifacts: readonly StoredArtifact[];
  /** Seconds by phase. */
  readonly timings: Readonly<Record<string, number>>;
}

/** How the two programs ended, as far as they did. */
export interface Endings {
  readonly status: JobStatus | undefined;
  /** Left out when a signal ended it. */
  readonly agentExit?: number;
  /** Left out when the sshd side was not needed or was ended by a signal. */
  readonly sshdExit?: number;
  /** Exit code of the user's script, when one ran and failed. */
  readonly scriptExit?: number;
  /** A signal stopped `ims-job` itself. */
  readonly interrupted: boolean;
}

/** Why the job ended, decided from all that is known. */
export interface Verdict {
  readonly outcome: JobOutcome;
  readonly reason: string;
  readonly message: string;
}

/**
 * Decides how the job ended. What the agent published counts most; then what the user did;
 * then what the agent said; an agent that could say nothing leaves its exit code.
 */
export function verdictOf(endings: Endings): Verdict {
  const { status, scriptExit } = endings;
  if (status?.phase === 'Succeeded') return published(status, endings);
  if (scriptExit !== undefined) {
    const message = `the script ended with exit code ${String(scriptExit)}; mend it and start a new job`;
    return { outcome: 'Failed', reason: 'ScriptFailed', message };
  }
  if (status?.phase === 'Failed') return { outcome: 'Failed', reason: status.reason, message: status.message };
  if (endings.interrupted || status?.phase === 'Interrupted') {
    return { outcome: 'Interrupted', reason: 'Interrupted', message: 'a signal stopped the job' };
  }
  return fromExitCodes(endings);
}

function published({ reason, message }: JobStatus, { agentExit }: Endings): Verdict {
  return agentExit === ERRORS.ImsUnavailable.exit ? UNTOLD : { outcome: 'Succeeded', reason, message };
}

/** Whoever waits for the image looks into IMS: for them there is none yet. */
const UNTOLD: Verdict = {
  outcome: 'Failed',
  reason: 'ImsUnavailable',
  message: `the image is published, but IMS does not know it yet; ${ERRORS.ImsUnavailable.advice}`,
};

function fromExitCodes({ agentExit, sshdExit }: Endings): Verdict {
  const [name, code] = agentExit === undefined || agentExit === EXIT_DONE ? ['sshd', sshdExit] : ['agent', agentExit];
  const reason = reasonOfExit(code);
  const how = code === undefined ? 'ended by a signal' : `ended with exit code ${String(code)}`;
  return {
    outcome: 'Failed',
    reason,
    message: `${name === 'agent' ? 'the agent' : 'the sshd side'} ${how}: ${ERRORS[reason].meaning.toLowerCase()}`,
  };
}

function reasonOfExit(code: number | undefined): Reason {
  const reasons = Object.keys(ERRORS) as Reason[];
  return reasons.find((reason) => ERRORS[reason].exit === code) ?? 'Defect';
}

/** The exit code of `ims-job` for a job that ended so; `signal` is the number of the signal that stopped it. */
export function exitCodeOfResult(result: Verdict, signal: number | undefined): number {
  if (result.outcome === 'Succeeded') return EXIT_DONE;
  if (result.outcome === 'Interrupted' && signal !== undefined) return exitCodeOfSignal(signal);
  return result.reason in ERRORS ? ERRORS[result.reason as Reason].exit : ERRORS.Defect.exit;
}
