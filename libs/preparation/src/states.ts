// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { PREPARATION_PHASES, Reason } from '@ims/contract';
import type { RunningPhase, StateOf } from '@ims/runtime';

/** What is decided before the stage begins. */
export interface PreparationSettings {
  readonly jobId: string;
  /** In lower-case hex; not checked when left out. */
  readonly md5: string | undefined;
}

/** What each phase carries. */
export interface PreparationData {
  readonly Preparing: object;
  readonly Unpacking: object;
  readonly Prepared: object;
  readonly Failed: { readonly reason: Reason; readonly message: string };
  readonly Interrupted: { readonly message: string };
}

/** A state of the stage. */
export type PreparationState = StateOf<PreparationData>;

/** A phase that something follows. */
export type RunningPreparationPhase = RunningPhase<typeof PREPARATION_PHASES>;
