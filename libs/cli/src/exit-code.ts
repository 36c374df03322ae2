// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { ERRORS, EXIT_DONE } from '@ims/contract';

/** How a program of the pair ended. */
export interface ProgramEnd {
  readonly program: 'ims-sshd' | 'ims-agent';
  /** By the table of errors. */
  readonly code: number;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** What every failure exits with that no signal caused. */
const FAILED = 1;

/** The first code that tells of a signal. */
const SIGNALS = 128;

const ACTIONS: readonly (string | undefined)[] = ['create', 'customize'];

/**
 * The exit code of a program as `IMS_EXIT_CODES` asks for it. Jobs of today expect their own (reference §1.4): what the
 * user marked as failed was done as asked; an action that nobody knows, and an image that cannot be packaged, are for
 * the agent to refuse, not for sshd.
 */
export function exitCodeAsked({ program, code, env }: ProgramEnd): number {
  if (env['IMS_EXIT_CODES'] !== 'drop-in') return code;
  const isDone = code === EXIT_DONE || code === ERRORS.MarkedFailed.exit;
  const isTheAgents = code === ERRORS.ImageInvalid.exit || !ACTIONS.includes(env['IMS_ACTION']);
  if (isDone || (program === 'ims-sshd' && isTheAgents)) return EXIT_DONE;
  return code > SIGNALS ? code : FAILED;
}
