// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { constants } from 'node:os';

import { exitCodeOfSignal } from '@ims/contract';

/** The wish of whoever stops this program, as an input. */
export interface Termination {
  /** Aborted by the first SIGTERM, SIGINT or SIGHUP. */
  readonly signal: AbortSignal;
  /** What the program exits with when that ended it: 128 plus the signal's number. */
  exitCode(): number;
}

/** What sends signals: `process`. */
export interface SignalSource {
  on(name: NodeJS.Signals, listener: (name: NodeJS.Signals) => void): unknown;
}

const ENDING: readonly NodeJS.Signals[] = ['SIGTERM', 'SIGINT', 'SIGHUP'];

/**
 * Listens for the signals that end a program. As process 1 of a container nothing else would:
 * the kernel drops a signal that process 1 has no handler for (H6).
 */
export function terminationOf(source: SignalSource): Termination {
  const stop = new AbortController();
  let received: NodeJS.Signals = 'SIGTERM';
  for (const name of ENDING) {
    source.on(name, () => {
      if (stop.signal.aborted) return;
      received = name;
      stop.abort(new Error(`stopped by ${name}`));
    });
  }
  return { signal: stop.signal, exitCode: () => exitCodeOfSignal(constants.signals[received]) };
}
