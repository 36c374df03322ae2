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
function startHere(argv: readonly string[], env: Readonly<Record<string, string>>, stopMs: number) {
  return {
    argv: ['node', 'program', ...argv],
    env,
    termination: { signal: AbortSignal.timeout(stopMs), exitCode: () => 143 },
    write: () => undefined,
  };
}

/** What a program is given. */
interface ProgramStart {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** Milliseconds after which a program that is run here is asked to stop. */
const STOP_MS = 10_000;

/** Runs a program in this process for each start, and gives the exit codes and all that was said on standard error. */
export async function runHere(
  run: (start: ReturnType<typeof startHere>) => Promise<number>,
  starts: readonly ProgramStart[],
): Promise<{ readonly codes: readonly number[]; readonly said: readonly string[] }> {
  const said: string[] = [];
  const write = process.stderr.write.bind(process.stderr);
  process.stderr.write = (text) => {
    said.push(String(text));
    return true;
  };
  try {
    const codes = await Promise.all(starts.map(async ({ argv, env }) => await run(startHere(argv, env, STOP_MS))));
    return { codes, said };
  } finally {
    process.stderr.write = write;
  }
}
