// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { hostname } from 'node:os';

import type { Board, Clock, Peer } from '@ims/runtime';

type Env = Readonly<Record<string, string | undefined>>;

/** What Kubernetes, a chart and the scripts of the images say to a program in a pod, and nobody says to one by hand. */
const SIGNS = ['KUBERNETES_SERVICE_HOST', 'IMS_POD_NAME', 'IMS_POD_UID'] as const;

/** Whether a program is a container of a job: then its end is the end of the job, and nobody starts it once more. */
export function isInPod(env: Env): boolean {
  return env['IMS_EXIT_CODES'] === 'drop-in' || SIGNS.some((name) => (env[name] ?? '') !== '');
}

/** The name that both containers of a pod have in common; undefined where there is no pod. */
export function podName(env: Env): string | undefined {
  return (env['KUBERNETES_SERVICE_HOST'] ?? '') === '' ? undefined : hostname();
}

/** How long a program on somebody's own machine looks for its other half, in milliseconds. */
const LOOK_MS = 2000;
const BETWEEN_LOOKS_MS = 100;

/**
 * Looks for a sign that the other half waits for this one: a heartbeat that beats, or a `ready` that was not there
 * before. By hand there is none, and nothing is changed then.
 */
export async function isAwaited(other: {
  readonly board: Pick<Board, 'read'>;
  readonly peer: Peer;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}): Promise<boolean> {
  const { board, peer, clock, signal } = other;
  // Watching would make the directory that the two halves share.
  const isReady = async (): Promise<boolean> => (await board.read('ready')).kind === 'present';
  const wasReady = await isReady();
  const began = clock.monotonic();
  while (!signal.aborted && clock.monotonic() - began < LOOK_MS) {
    if ((await peer.state()) === 'alive' || (!wasReady && (await isReady()))) return true;
    await clock.sleep(BETWEEN_LOOKS_MS, signal).catch(() => undefined);
  }
  return false;
}
