// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { decodeRelease, encodeDeparture, encodeRelease, noteOf, type Release } from '@ims/contract';
import type { Board } from '@ims/runtime';

/**
 * Lets the sshd container go, of ours or of today's, when the agent could not begin: `failed`, then `ready` for one
 * that is still before that. `exiting` is for whoever waits for the end of the shell, and is left to a container that
 * has one open. What a user has said stays.
 *
 * @param pod the name of this pod, by which a sshd container that starts later knows that its agent does not come
 */
export async function releaseSshd(board: Board, release: Release, pod: string | undefined): Promise<void> {
  const note = encodeRelease(release);
  if (pod !== undefined) await board.post('agentGone', encodeDeparture({ pod, release }));
  const failed = await board.read('failed');
  if (failed.kind !== 'present' || decodeRelease(failed) !== undefined) await board.post('failed', note);
  if (!(await hasOpenShell(board))) await board.post('exiting', note);
  await board.post('ready', { token: 'ready', message: '' });
}

async function hasOpenShell(board: Board): Promise<boolean> {
  return noteOf(await board.read('door'))?.token === 'open' && (await board.read('sshdAlive')).kind === 'present';
}
