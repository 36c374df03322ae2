// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { PREPARATION_PHASES, Reason } from '@ims/contract';
import type { Failure, RunningPhase, StateOf } from '@ims/runtime';

import type { PreparationPorts } from './ports.ts';

/** What is decided before the stage begins. */
export interface PreparationSettings {
  readonly jobId: string;
  /** In lower-case hex; not checked when left out. */
  readonly md5: string | undefined;
}

/** What arrives once and is not the image may be a broken link's doing; the second time it is the image that is wrong. */
type Chance = 'first' | 'last';

/** What each phase carries. */
export interface PreparationData {
  readonly Preparing: { readonly chance: Chance };
  readonly Unpacking: { readonly chance: Chance };
  readonly Prepared: object;
  readonly Failed: { readonly reason: Reason; readonly message: string; readonly failure?: Failure };
  readonly Interrupted: { readonly message: string };
}

/** A state of the stage. */
export type PreparationState = StateOf<PreparationData>;

/** A phase that something follows. */
export type RunningPreparationPhase = RunningPhase<typeof PREPARATION_PHASES>;

/** What a handler works with. */
export interface PreparationStep<P extends RunningPreparationPhase> {
  readonly state: StateOf<PreparationData, P>;
  readonly settings: PreparationSettings;
  readonly ports: PreparationPorts;
  readonly signal: AbortSignal;
}
