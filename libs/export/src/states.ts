// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { ArtifactName, PHASES, Question, Reason, StoredArtifact } from '@ims/contract';
import type { Failure, RunningPhase, StateOf } from '@ims/runtime';

import type { Finding, ManifestLocation, Packed } from './ports.ts';

/** What is known of the image and the shell so far; it only grows. */
export interface Facts {
  readonly hostKeys: readonly string[];
  /** What the other container says it is, or {@link REFERENCE}. */
  readonly pair: string | undefined;
  readonly packed: Packed | undefined;
  readonly imageId: string | undefined;
  readonly artifacts: readonly StoredArtifact[];
  readonly manifest: ManifestLocation | undefined;
  /** How far unfinished transfers came, in the store's own words. */
  readonly checkpoints: Readonly<Partial<Record<ArtifactName, string>>>;
  /** The id of an image that was taken back, of which something may be left in the store. */
  readonly abandoned: string | undefined;
}

/** What the other container is called that has no heartbeat. */
export const REFERENCE = 'reference';

/** Nothing is known yet. */
export const NO_FACTS: Facts = {
  hostKeys: [],
  pair: undefined,
  packed: undefined,
  imageId: undefined,
  artifacts: [],
  manifest: undefined,
  checkpoints: {},
  abandoned: undefined,
};

/** What each phase carries. */
export interface ExportData {
  Starting: { readonly facts: Facts };
  WaitingOnUser: {
    readonly facts: Facts;
    readonly reason: 'Customize' | 'BuildFailed' | 'CompleteRefused';
    readonly message: string;
  };
  /** Without a question the shell is gone already, or there was none. */
  Validating: { readonly facts: Facts; readonly question: Question | undefined };
  /** With something `found` it is told, as by the containers of today, and then fails for that. */
  Packaging: { readonly facts: Facts; readonly found?: readonly Finding[] };
  Uploading: { readonly facts: Facts; readonly packed: Packed };
  Registering: { readonly facts: Facts; readonly location: ManifestLocation };
  Succeeded: { readonly facts: Facts };
  Failed: { readonly facts: Facts; readonly reason: Reason; readonly message: string; readonly failure?: Failure };
  Interrupted: { readonly facts: Facts; readonly message: string };
}

/** A state of the agent. */
export type ExportState = StateOf<ExportData>;

/** The phases with a handler. */
export type RunningExportPhase = RunningPhase<typeof PHASES>;

/** How far a start of the agent goes: to the packed archive, for which no shell is opened, or to the end. */
export type Goal = 'packed' | 'published';

/** What the environment and the command line say about this job. */
export interface ExportSettings {
  readonly jobId: string;
  readonly imageName: string;
  readonly action: 'create' | 'customize';
  readonly goal: Goal;
  /** Whether a failed build opens a shell. */
  readonly debug: boolean;
  readonly onInvalid: 'auto' | 'shell' | 'fail';
  /** Whether IMS is told of packaging before the image is checked for it, as by the containers of today. */
  readonly packsBeforeChecking?: boolean;
  /** How the user ends the shell, for the instructions: `/tmp/complete`. */
  readonly flags: { readonly complete: string; readonly failed: string };
  /** How long the other container may take to show a first sign of life, in milliseconds. */
  readonly peerTimeoutMs: number;
}
