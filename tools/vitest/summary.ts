// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { Reporter, SerializedError, TestModule } from 'vitest/node';

/** How a run ended, as its last line says it. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** `3 passed, 0 failed, 1 skipped` */
export function summaryLine({ passed, failed, skipped }: Counts): string {
  return `${String(passed)} passed, ${String(failed)} failed, ${String(skipped)} skipped`;
}

/** Ends the run with one line that programs can read. */
export default class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[]): void {
    const line = summaryLine(countsOf(modules, unhandled.length));
    // The other reporters print later than this; the line has to be the last one.
    process.once('exit', () => {
      process.stdout.write(`${line}\n`);
    });
  }
}

function countsOf(modules: readonly TestModule[], unhandled: number): Counts {
  const tests = modules.flatMap((module) => [...module.children.allTests()]);
  const states = tests.map((test) => test.result().state);
  const count = (state: string): number => states.filter((found) => found === state).length;
  // A file that could not be loaded, or whose hooks failed, has no failed test to show for it.
  const brokenFiles = modules.filter((module) => module.state() === 'failed' && !hasFailedTest(module)).length;
  return {
    passed: count('passed'),
    failed: count('failed') + brokenFiles + unhandled,
    skipped: count('skipped') + count('pending'),
  };
}

function hasFailedTest(module: TestModule): boolean {
  return [...module.children.allTests('failed')].length > 0;
}
