// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { Reporter } from '@ims/export';

/** Tells several at once. */
export function combineReporters(reporters: readonly Reporter[]): Reporter {
  return {
    report: (status) => {
      for (const reporter of reporters) reporter.report(status);
    },
    progress: (text) => {
      for (const reporter of reporters) reporter.progress(text);
    },
    flush: async () => {
      await Promise.all(reporters.map(async (reporter) => await reporter.flush()));
    },
  };
}
