// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { SESSION_PHASES } from '@ims/contract';
import type { Failure, RunningPhase, StateOf } from '@ims/runtime';

/** How a session ends. */
export type Ending =
  /** A create job whose build was good, or whose user wants no shell: there is nothing to do. */
  | { readonly kind: 'not-needed' }
  /** The user said complete. */
  | { readonly kind: 'complete' }
  /** The user, or the agent on somebody's behalf, said failed. */
  | { readonly kind: 'failed'; readonly message: string }
  /** Something went wrong on our side; the agent has to be told. */
  | { readonly kind: 'failure'; readonly failure: Failure }
  | { readonly kind: 'interrupted' };

/** What each phase carries. */
export interface SessionData {
  AwaitingReady: object;
  Opening: object;
  Customizing: object;
  Open: object;
  Asking: object;
  Closing: { readonly ending: Ending };
  Leaving: { readonly ending: Ending };
  Closed: { readonly ending: Ending };
}

/** A state of the session. */
export type SessionState = StateOf<SessionData>;

/** The phases with a handler. */
export type RunningSessionPhase = RunningPhase<typeof SESSION_PHASES>;

/** What the environment says about this session. */
export interface SessionSettings {
  readonly action: 'create' | 'customize';
  /** Whether a failed build opens a shell. */
  readonly debug: boolean;
  /** The name of the pod, which the agent has too; undefined where there is none. */
  readonly pod?: string | undefined;
  /** How long the other container may take to show a first sign of life, in milliseconds. */
  readonly peerTimeoutMs: number;
  /** How long a shell stays open beside an agent that shows no sign of life while nobody is logged in, in milliseconds. */
  readonly unseenAgentMs: number;
  /** How long the agent may take to judge a `complete`, in milliseconds; then the shell goes unjudged. */
  readonly verdictTimeoutMs: number;
}
