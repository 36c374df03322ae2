// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { CommonOptions, Start } from '@ims/cli';

/** One command of the program. */
export interface CommandRow {
  readonly name: string;
  /** The volume of a job, or as commander writes an argument, `<manifest>`, and what it means. */
  readonly argument: 'volume' | readonly [string, string] | undefined;
  readonly description: string;
  /** A command line that works. */
  readonly example: string;
  /** Gives the exit code. */
  readonly run: (start: Start, argument: string | undefined, options: CommonOptions) => Promise<number>;
}

/** The environment with what the options say; they win. */
export function environmentOf(start: Start, { logLevel }: CommonOptions): NodeJS.ProcessEnv {
  return logLevel === undefined ? start.env : { ...start.env, LOG_LEVEL: logLevel };
}

/** Writes what a command found out: one JSON object for programs, names and values below each other for people. */
export function print(
  start: Start,
  output: CommonOptions['output'],
  answer: { readonly json: object; readonly rows: readonly (readonly [string, string])[] },
): void {
  const widest = Math.max(...answer.rows.map(([name]) => name.length));
  const text = answer.rows.map(([name, value]) => `${name.padEnd(widest)}  ${value}`).join('\n');
  start.write(output === 'json' ? JSON.stringify(answer.json) : text);
}
