// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { Failure } from '@ims/runtime';

/** What must never reach sshd_config or a command line, first match named in the error (H30). */
const FORBIDDEN: readonly { readonly pattern: RegExp; readonly found: string }[] = [
  { pattern: /[\n\r]/, found: 'a line break' },
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  { pattern: /[\u0000-\u001f\u007f]/, found: 'a control character' },
  { pattern: /^-/, found: 'a leading dash' },
  { pattern: /["']/, found: 'a quote' },
  { pattern: /#/, found: 'a #' },
  { pattern: /`/, found: 'a backtick' },
  { pattern: /\$/, found: 'a $' },
  { pattern: /\\/, found: 'a backslash' },
  { pattern: /%/, found: 'a %' },
  { pattern: /[;&|<>(){}*?!]/, found: 'a character that a shell would act on' },
  { pattern: /\s/, found: 'a space' },
];

/**
 * Gives `value` back when it can stand as one word in sshd_config (H30). An empty value is allowed.
 *
 * @throws Failure ConfigurationInvalid naming the value and what was found in it
 * @example
 * checkConfigValue('REMOTE_BUILD_NODE', 'x3000c0s1b0n0'); // 'x3000c0s1b0n0'
 */
export function checkConfigValue(name: string, value: string): string {
  const bad = FORBIDDEN.find(({ pattern }) => pattern.test(value));
  if (bad === undefined) return value;
  throw new Failure('ConfigurationInvalid', `${name} is ${JSON.stringify(value)}, which holds ${bad.found}`, {
    advice: `give ${name} one word of letters, digits and any of . _ : / @ + = , -`,
  });
}

/**
 * Gives `value` back when it is an absolute path that can stand in sshd_config.
 *
 * @throws Failure ConfigurationInvalid
 */
export function checkConfigPath(name: string, value: string): string {
  if (checkConfigValue(name, value).startsWith('/')) return value;
  throw new Failure('ConfigurationInvalid', `${name} is ${JSON.stringify(value)}, which is not an absolute path`, {
    advice: `give ${name} a path that begins with /`,
  });
}
