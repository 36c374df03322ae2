// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

/** What anybody may give by mistake where something else is wanted. */
export const ODD_VALUES = {
  nothing: '',
  'white space': '  ',
  'the wrong type': '§',
  'a near miss': 'Tru',
  'a path': '/no/such/../path',
  'a newline': 'one\ntwo',
  'a NUL': 'one\0two',
  '64 KiB': 'x'.repeat(65_536),
  'a path of 64 KiB': `/${'x'.repeat(65_535)}`,
} as const satisfies Readonly<Record<string, string>>;

/** What a program is started with that is run in this process; it is asked to stop after so many milliseconds. */
export function startHere(argv: readonly string[], env: Readonly<Record<string, string>>, stopMs: number) {
  return {
    argv: ['node', 'program', ...argv],
    env,
    termination: { signal: AbortSignal.timeout(stopMs), exitCode: () => 143 },
    write: () => undefined,
  };
}
