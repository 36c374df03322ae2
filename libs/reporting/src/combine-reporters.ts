// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { Reporter } from '@ims/export';

/**
 * Tells several at once. They are flushed one after another: what an earlier one has brought about while it was flushed
 * (IMS took the last status) is told by a later one (the pod shows it).
 */
export function combineReporters(reporters: readonly Reporter[]): Reporter {
  return {
    report: (status) => {
      for (const reporter of reporters) reporter.report(status);
    },
    progress: (text) => {
      for (const reporter of reporters) reporter.progress(text);
    },
    flush: async () => {
      for (const reporter of reporters) await reporter.flush();
    },
  };
}
