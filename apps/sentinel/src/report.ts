// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { SENTINELS, sentinelPath, type Layout, type Sentinel, type SentinelName } from '@ims/contract';

/** A sentinel as it is told: flat, since scripts read it. */
export interface SentinelReport {
  readonly name: string;
  readonly path: string;
  readonly state: 'absent' | 'empty' | 'note' | 'text' | 'unusable';
  /** Of a note. */
  readonly token?: string;
  /** Of a note, a person's own words, or what stands there instead of a file. */
  readonly message?: string;
}

/** Says what stands at a sentinel's path. */
export function reportOn(layout: Layout, name: SentinelName, sentinel: Sentinel): SentinelReport {
  return { name: SENTINELS[name].file, path: sentinelPath(layout, name), ...stateOf(sentinel) };
}

function stateOf(sentinel: Sentinel): Pick<SentinelReport, 'state' | 'token' | 'message'> {
  if (sentinel.kind === 'absent') return { state: 'absent' };
  if (sentinel.kind === 'unusable') return { state: 'unusable', message: sentinel.found };
  if (sentinel.content === 'empty') return { state: 'empty' };
  if (sentinel.content === 'unrecognised') return { state: 'text', message: sentinel.text.trim() };
  return { state: 'note', token: sentinel.note.token, message: sentinel.note.message };
}

/** A report as one line: for people, or as JSON. */
export function lineOf(report: SentinelReport, output: 'text' | 'json'): string {
  if (output === 'json') return JSON.stringify(report);
  const words = [report.token, report.message?.replaceAll('\n', ' ')].filter(
    (word) => word !== undefined && word !== '',
  );
  return [report.name.padEnd(16), report.state.padEnd(8), ...words].join(' ').trimEnd();
}
