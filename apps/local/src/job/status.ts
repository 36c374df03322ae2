// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { watch, type FSWatcher } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { PRIVATE_DIRECTORY, type JobStatus } from '@ims/contract';
import { systemClock } from '@ims/runtime';

/** Name of the file in the private directory of the volume in which the agent tells its status. */
const STATUS_FILE = 'status.json';

/** The tick that finds what no event told, in milliseconds. */
const SLOW_TICK_MS = 500;

/** The status of the job on a volume; `undefined` before the agent has written one. */
export async function readStatus(volume: string): Promise<JobStatus | undefined> {
  try {
    return JSON.parse(await readFile(join(volume, PRIVATE_DIRECTORY, STATUS_FILE), 'utf8')) as JobStatus;
  } catch {
    return undefined;
  }
}

/** Waits for what the agent says. */
export interface StatusFeed extends Disposable {
  /** Resolves with the first status that `wanted` accepts, one that is there already included. */
  until(wanted: (status: JobStatus) => boolean, signal: AbortSignal): Promise<JobStatus>;
  /** Something happened that may have changed the status. */
  poke(): void;
}

/** Watches the status on a volume whose private directory exists; a status older than `since` is of an earlier run. */
export function watchStatus(volume: string, since: Date): StatusFeed {
  let ring = new AbortController();
  const poke = (): void => {
    ring.abort();
    ring = new AbortController();
  };
  const watcher: FSWatcher = watch(join(volume, PRIVATE_DIRECTORY), poke);
  // Without events the slow tick is still the truth.
  watcher.on('error', () => undefined);
  return {
    poke,
    until: async (wanted, signal) => {
      for (;;) {
        signal.throwIfAborted();
        const bell = ring.signal;
        const status = await readStatus(volume);
        if (status !== undefined && Date.parse(status.phaseSince) >= since.getTime() && wanted(status)) return status;
        await systemClock.sleep(SLOW_TICK_MS, AbortSignal.any([bell, signal])).catch(() => undefined);
      }
    },
    [Symbol.dispose]: () => {
      watcher.close();
    },
  };
}
