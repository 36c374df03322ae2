// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { Logger } from '@ims/runtime';

import type { EffectiveConfig } from './effective-config.ts';
import { selected, type SessionVariables, type ShellEnvironment } from './set-env.ts';

/** How many variables a line of the log names. */
const NAMED = 20;

const LEFT_OUT =
  'users do not see these variables, since sshd takes no line break in a value and at most 900 variables; /proc/1/environ has them all';
const IN_VAIN = 'users will not see these variables: sshd reads another file or line';

/** Says in the log which variables users will not see: those that sshd was not told, and those that it did not take. */
export function sayWhatUsersMiss(
  wanted: {
    readonly variables: SessionVariables;
    readonly environment?: ShellEnvironment | undefined;
    readonly logger: Logger;
    /** The configuration that was amended. */
    readonly file: string;
  },
  config: EffectiveConfig,
): void {
  const { variables, environment = {}, logger, file } = wanted;
  const { said, leftOut } = selected(variables, environment);
  const seen = new Set(config.setEnv);
  const missing = [...Object.entries(variables), ...said].filter((variable) => !seen.has(variable.join('=')));
  const names = missing.slice(0, NAMED).map(([name]) => name);
  if (leftOut.length > 0) logger.warn({ names: leftOut.slice(0, NAMED), count: leftOut.length }, LEFT_OUT);
  if (missing.length > 0) logger.warn({ names, count: missing.length, file }, IN_VAIN);
}
