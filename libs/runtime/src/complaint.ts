// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { Outcome } from './runner.ts';

/** What a program printed and how it ended, as far as its complaint goes. */
type Complaining = Pick<Outcome, 'exitCode' | 'endedBySignal' | 'notFound' | 'timedOut' | 'stderr'>;

/** Characters of a line that are quoted. */
const QUOTED = 600;

/** Lines that tell the error wherever they stand: what apt, git and openssl mark so, and ssh after a page of warnings. */
const MARKED = /^(E: |fatal: |error: |Host key verification failed)/i;

/** Lines that tell of no error although they are on standard error: notes of tar, apt, ssh and GNU programs. */
const NOTES = [
  /^[WIN]: /,
  /^warning\b/i,
  /: warning: /i,
  /^tar: Removing leading /,
  /^tar: Ignoring unknown extended header /,
  /^tar: .*: (time stamp .* in the future|implausibly old time stamp)/,
];

/**
 * What went wrong with a program, for a message that goes on after its name: the first line of its standard error that
 * tells of an error, since what follows is mostly the error's consequences (`tar: Error is not recoverable`). How many
 * lines there are besides is said; a program that printed nothing is told by its end.
 *
 * @example
 * throw new Failure('ConfigurationInvalid', `the image could not be copied: tar: ${complaintOf(outcome)}`);
 */
export function complaintOf(outcome: Complaining): string {
  if (outcome.notFound) return 'it is not installed or cannot be executed';
  const lines = errorLinesOf(outcome.stderr);
  const first = lines.find((line) => MARKED.test(line)) ?? lines.find((line) => !isNote(line)) ?? lines[0];
  if (first === undefined) return `it printed nothing and ${endOf(outcome)}`;
  const shown = first.length > QUOTED ? `${first.slice(0, QUOTED)}…` : first;
  const others = lines.length - 1;
  return others === 0 ? shown : `${shown} (and ${String(others)} more ${others === 1 ? 'line' : 'lines'})`;
}

/** The lines of a text, each once, printable: a file name in them may hold anything, and a message is one line. */
export function errorLinesOf(text: string): readonly string[] {
  const lines = text.split(/[\r\n]+/).map((line) => line.replace(/\p{Cc}/gu, '?').trim());
  return [...new Set(lines.filter((line) => line !== ''))];
}

function isNote(line: string): boolean {
  return NOTES.some((note) => note.test(line));
}

function endOf(outcome: Complaining): string {
  if (outcome.timedOut) return 'did not end in time';
  if (outcome.endedBySignal !== undefined) return `was ended by ${outcome.endedBySignal}`;
  return outcome.exitCode === undefined ? 'could not be started' : `ended with code ${String(outcome.exitCode)}`;
}
