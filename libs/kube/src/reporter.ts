// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { Reporter } from '@ims/export';

import { createBook, type PodReporterParts } from './book.ts';
import { withFingerprint } from './fingerprint.ts';
import { createLoop } from './loop.ts';
import type { State } from './state.ts';
import { wantHaste, wantOverlay, wantStatus } from './wishes.ts';

/** Tells the job on its own pod. Never throws and never blocks the job; disposing of it ends what is under way. */
export interface PodReporter extends Reporter, AsyncDisposable {
  /** Shows what IMS has been told: the last status that it accepted, and how many calls wait. */
  readonly delivered: (delivery: { readonly status: string | undefined; readonly pending: number }) => void;
}

/** Makes a reporter of its parts. */
export function reporterOf(parts: PodReporterParts): PodReporter {
  const { clock, logger } = parts;
  const book = createBook(parts);
  const loop = createLoop({ step: book.step, clock });
  const want = (wish: (state: State) => State): void => {
    if (book.want(wish)) loop.wake();
  };
  return {
    report: (status) => {
      want((state) => wantStatus(state, withFingerprint(status), clock.now()));
    },
    progress: (progress) => {
      want((state) => wantOverlay(state, { progress }));
    },
    delivered: ({ status, pending }) => {
      const jobStatus = status === undefined ? {} : { jobStatus: status };
      want((state) => wantOverlay(state, { ...jobStatus, jobStatusPending: pending }));
    },
    flush: async () => {
      want((state) => wantHaste(state, clock.monotonic()));
      book.hasten();
      const isOut = await loop.idle(parts.flushMs);
      if (!isOut) logger.warn({}, 'Kubernetes could not be told the last words of the job in time');
      book.want((state) => ({ ...state, isHurried: false }));
    },
    [Symbol.asyncDispose]: async () => {
      book.stop();
      await loop.stop();
      await book.close();
    },
  };
}
