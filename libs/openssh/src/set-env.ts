// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { checkConfigValue } from './config-value.ts';

/** The variables that every ssh user sees, in this order (reference §4.2 step 2). */
const SESSION_VARIABLES = ['IMS_JOB_ID', 'IMS_ARCH', 'IMS_DKMS_ENABLED', 'REMOTE_BUILD_NODE'] as const;

/** Their values; each may be empty. */
export type SessionVariables = Readonly<Record<(typeof SESSION_VARIABLES)[number], string>>;

/** Variables of any name and any text. */
export type ShellEnvironment = Readonly<Record<string, string>>;

/** What stands for itself in sshd_config; anything else is quoted. */
const PLAIN = /^[\w./:@+=,%-]*$/;

/** What no line of sshd_config can hold, quoted or not. */
const FORBIDDEN = /[\n\0]/;

/** sshd ends a login whose environment has a thousand variables; some are its own, and some a key may bring. */
const MOST = 900;

/**
 * The one `SetEnv` line (sshd honors only the first, H42). The job's own variables come first and have to be single
 * words; the text of any other may be anything but a line break (H30), and only the first {@link MOST} are taken.
 *
 * @throws Failure ConfigurationInvalid for one of the job's that would be more than a value
 */
export function setEnvLine(job: SessionVariables, more: ShellEnvironment): string {
  const own = SESSION_VARIABLES.map((name) => `${name}=${checkConfigValue(name, job[name])}`);
  const others = selected(job, more).said.map((variable) => quoted(variable.join('=')));
  return ['SetEnv', ...own, ...others].join(' ');
}

/** What of an environment sshd is told, and the names of the rest. */
export function selected(
  job: SessionVariables,
  more: ShellEnvironment,
): { readonly said: readonly (readonly [string, string])[]; readonly leftOut: readonly string[] } {
  // sshd takes the first of two of a name.
  const all = Object.entries(more).filter(([name]) => !Object.hasOwn(job, name));
  const said = all.filter((variable) => isSayable(variable)).slice(0, MOST);
  const names = new Set(said.map(([name]) => name));
  return { said, leftOut: all.map(([name]) => name).filter((name) => !names.has(name)) };
}

function isSayable([name, value]: readonly [string, string]): boolean {
  return name !== '' && !FORBIDDEN.test(`${name}${value}`);
}

/** One word as sshd_config(5) reads it: in double quotes, in which only these two characters have to be escaped. */
function quoted(word: string): string {
  return PLAIN.test(word) ? word : `"${word.replaceAll(/["\\]/g, '\\$&')}"`;
}
