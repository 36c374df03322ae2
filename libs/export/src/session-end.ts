// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { decodeRelease, isReason, noteOf, textOf, type Release, type Sentinel } from '@ims/contract';

import type { ExportPorts } from './ports.ts';
import type { ExportState, Facts } from './states.ts';

/** How the sshd container says that the session ended. */
export type SessionEnd =
  | { readonly kind: 'complete' }
  | { readonly kind: 'marked-failed'; readonly message: string }
  | { readonly kind: 'gave-up'; readonly release: Release };

/** Reads the end of a session from the flags; `undefined` while it goes on. An empty `exiting` is the reference's. */
export function sessionEndOf(flags: { readonly exiting: Sentinel; readonly failed: Sentinel }): SessionEnd | undefined {
  if (flags.exiting.kind !== 'present') return undefined;
  const release = decodeRelease(flags.exiting);
  if (release !== undefined) return { kind: 'gave-up', release };
  if (flags.failed.kind !== 'present') return { kind: 'complete' };
  const agents = decodeRelease(flags.failed);
  if (agents === undefined) return { kind: 'marked-failed', message: textOf(flags.failed) };
  // The agent that wrote it ended while the session was closing already: how that ended still holds.
  return saysComplete(flags.exiting) ? { kind: 'complete' } : { kind: 'gave-up', release: agents };
}

/**
 * Lets a sshd container go that waits for a shell which is over for good: a forerunner that was lost said in `exiting`
 * that it gave up, which every later one would take for the beginning of another session.
 */
export async function dismissShell(board: ExportPorts['board'], outcome: 'complete' | 'failed'): Promise<void> {
  if (decodeRelease(await board.read('exiting')) === undefined) return;
  await board.post('exiting', { token: 'done', message: outcome });
}

function saysComplete(exiting: Sentinel): boolean {
  const note = noteOf(exiting);
  return note?.token === 'done' && note.message === 'complete';
}

/** The terminal state that follows when the sshd container gave up. */
export function gaveUp(facts: Facts, release: Release): ExportState {
  if (release.token === 'interrupted') return { phase: 'Interrupted', facts, message: release.message };
  const reason = isReason(release.reason) ? release.reason : 'Defect';
  return { phase: 'Failed', facts, reason, message: release.message };
}

/** The terminal state that follows a `failed` of the user. */
export function markedFailed(facts: Facts, text: string): ExportState {
  const why = text === '' ? '' : `: ${text}`;
  return { phase: 'Failed', facts, reason: 'MarkedFailed', message: `the user marked the job as failed${why}` };
}
