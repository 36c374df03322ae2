// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

/** Fields that a person sees; the others stay in the job's log files. */
const SHOWN = ['level', 'time', 'name', 'msg', 'err', 'progress'] as const;

/** How much of the pair's log a person sees. */
export type Detail = 'phases' | 'lines' | 'everything';

/**
 * A log line of the pair as a person reads it: a sentence, before it the phase when one begins, and an error with all
 * that it says. `phases` leaves out what is neither the begin of a phase nor progress nor a warning; ports, keys and
 * identifiers are in the log files only. Undefined for a line that is left out; anything but a log line stays as it is.
 */
export function forPeople(line: string, detail: Detail): string | undefined {
  const record = parse(line);
  if (record === undefined || detail === 'everything') return line;
  const { phase, msg, level, progress } = record;
  const hasPhase = typeof phase === 'string' && typeof msg === 'string';
  if (detail === 'phases' && level === 'info' && !hasPhase && progress === undefined) return undefined;
  const shown = SHOWN.flatMap((key) => (record[key] === undefined ? [] : [[key, record[key]] as const]));
  return JSON.stringify({ ...Object.fromEntries(shown), ...(hasPhase ? { msg: `${phase}: ${msg}` } : {}) });
}

function parse(line: string): Readonly<Record<string, unknown>> | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    return JSON.parse(line) as Readonly<Record<string, unknown>>;
  } catch {
    return undefined;
  }
}
