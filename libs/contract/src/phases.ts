// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

/** One row of {@link PHASES}. */
export interface PhaseRow {
  /** No phase follows a terminal one. */
  readonly terminal: boolean;
  /** The phases that may follow. */
  readonly next: readonly string[];
  /** May be entered a second time (the shell is handed back after a refused `complete`). */
  readonly revisitable: boolean;
  /** The IMS job status that is sent when the phase begins (reference §6.2). */
  readonly imsStatus: string | undefined;
  /** One sentence for people. */
  readonly meaning: string;
}

const ends = ['Failed', 'Interrupted'] as const;

/**
 * Every phase of a job as `kubectl`, the log and `ims-job show` name it.
 * The only list of phases: transitions, statuses, documentation and types come from it.
 */
export const PHASES = {
  Starting: {
    terminal: false,
    revisitable: false,
    next: ['WaitingOnUser', 'Validating', 'Packaging', 'Uploading', 'Registering', 'Succeeded', ...ends],
    imsStatus: undefined,
    meaning: 'Reads the environment and the journal, checks access and space',
  },
  WaitingOnUser: {
    terminal: false,
    revisitable: true,
    next: ['Validating', ...ends],
    imsStatus: 'waiting_on_user',
    meaning: 'The shell is open: a login through the real door has worked',
  },
  Validating: {
    terminal: false,
    revisitable: true,
    next: ['WaitingOnUser', 'Packaging', ...ends],
    imsStatus: undefined,
    meaning: 'Checking that the image can be packaged',
  },
  Packaging: {
    terminal: false,
    revisitable: false,
    next: ['Uploading', ...ends],
    imsStatus: 'packaging_artifacts',
    meaning: 'Packs the image root into squashfs',
  },
  Uploading: {
    terminal: false,
    revisitable: false,
    next: ['Registering', ...ends],
    imsStatus: undefined,
    meaning: 'Stores the artifacts, each verified, the manifest last',
  },
  Registering: {
    terminal: false,
    revisitable: false,
    next: ['Succeeded', ...ends],
    imsStatus: undefined,
    meaning: 'Writes the image record and links the manifest to it',
  },
  Succeeded: {
    terminal: true,
    revisitable: false,
    next: [],
    imsStatus: 'success',
    meaning: 'Every object and the record are durable',
  },
  Failed: {
    terminal: true,
    revisitable: false,
    next: [],
    imsStatus: 'error',
    meaning: 'The job ended without an image; the reason says why',
  },
  Interrupted: {
    terminal: true,
    revisitable: false,
    next: [],
    imsStatus: 'error',
    meaning: 'Stopped by a signal or with its pod; the volume can be resumed',
  },
} as const satisfies Record<string, PhaseRow>;

/** A phase of the agent, and so of the job. */
export type Phase = keyof typeof PHASES;

const preparationEnds = ['Prepared', 'Failed', 'Interrupted'] as const;

/** The phases of the `prepare` stage, which runs before the pair. */
export const PREPARATION_PHASES = {
  Preparing: {
    terminal: false,
    revisitable: true,
    next: ['Unpacking', ...preparationEnds],
    imsStatus: 'fetching_image',
    meaning: 'Fetches the image that is customised and checks it',
  },
  Unpacking: {
    terminal: false,
    revisitable: true,
    // What turns out not to be the image is fetched once more.
    next: ['Preparing', ...preparationEnds],
    imsStatus: undefined,
    meaning: 'Unpacks the image into the image root',
  },
  Prepared: { terminal: true, revisitable: false, next: [], imsStatus: undefined, meaning: 'The image root is there' },
  Failed: PHASES.Failed,
  Interrupted: PHASES.Interrupted,
} as const satisfies Record<string, PhaseRow>;

/** A phase of the `prepare` stage. */
export type PreparationPhase = keyof typeof PREPARATION_PHASES;

/** Every phase that a status can tell: those of the stage before the pair and those of the job itself. */
export const REPORTED_PHASES = { ...PREPARATION_PHASES, ...PHASES } as const satisfies Record<string, PhaseRow>;

/** A phase that a status can tell. */
export type ReportedPhase = keyof typeof REPORTED_PHASES;

const sessionEnds = ['Closing', 'Closed'] as const;

/** The phases of the sshd container's own story, for its log and for `docs/contract.md`. */
export const SESSION_PHASES = {
  AwaitingReady: {
    terminal: false,
    revisitable: false,
    next: ['Opening', ...sessionEnds],
    imsStatus: undefined,
    meaning: 'Waits until the agent has posted `ready`; makes host keys meanwhile',
  },
  Opening: {
    terminal: false,
    revisitable: false,
    next: ['Customizing', 'Open', ...sessionEnds],
    imsStatus: undefined,
    meaning: 'Configures and starts sshd, then logs in once through the same door',
  },
  Customizing: {
    terminal: false,
    revisitable: false,
    next: ['Open', ...sessionEnds],
    imsStatus: undefined,
    meaning: 'Runs the customization script',
  },
  Open: {
    terminal: false,
    revisitable: true,
    next: ['Asking', ...sessionEnds],
    imsStatus: undefined,
    meaning: 'Users may log in; waits for `complete` or `failed`',
  },
  Asking: {
    terminal: false,
    revisitable: true,
    next: ['Open', ...sessionEnds],
    imsStatus: undefined,
    meaning: 'Asks the agent whether the image can be packaged, the shell still open',
  },
  Closing: {
    terminal: false,
    revisitable: false,
    next: ['Leaving', 'Closed'],
    imsStatus: undefined,
    meaning: 'Ends every session, proves it gone, unmounts, posts `exiting`',
  },
  Leaving: {
    terminal: false,
    revisitable: false,
    next: ['Closed'],
    imsStatus: undefined,
    meaning: 'Waits until an agent without a heartbeat has taken `exiting` away',
  },
  Closed: { terminal: true, revisitable: false, next: [], imsStatus: undefined, meaning: 'The container exits' },
} as const satisfies Record<string, PhaseRow>;

/** A phase of the sshd container. */
export type SessionPhase = keyof typeof SESSION_PHASES;
