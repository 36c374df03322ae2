// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { JOB_VARIABLES } from './variables/job.ts';
import { POD_VARIABLES } from './variables/pod.ts';
import { PUBLISHING_VARIABLES } from './variables/publishing.ts';
import type { Variable } from './variables/row.ts';
import { SHELL_VARIABLES } from './variables/shell.ts';

export { logLevel } from './variables/job.ts';
export type { Variable } from './variables/row.ts';

/** Every variable that a program of the pair reads; the programs' `config.ts` pick their rows by name. */
export const VARIABLES = { ...JOB_VARIABLES, ...SHELL_VARIABLES, ...PUBLISHING_VARIABLES, ...POD_VARIABLES } as const;

/** The name of a variable of the pair. */
export type VariableName = keyof typeof VARIABLES;

/** The value of a variable; includes `undefined` for one that has no value when unset. */
export type ValueOf<N extends VariableName> = (typeof VARIABLES)[N] extends Variable<infer T> ? T : never;
