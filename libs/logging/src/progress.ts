// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { SingleBar } from 'cli-progress';

import type { LineWriter } from './destination.ts';
import type { LogRecord } from './log-record.ts';

/** How far a long step is. */
export interface Progress {
  readonly done: number;
  readonly total: number;
  /** What is being done, `packing`. */
  readonly what: string;
}

/** The one progress bar of a terminal. */
export interface ProgressBar {
  show(progress: Progress): void;
  /** Takes it off the screen; the next {@link ProgressBar.show} puts it back. */
  clear(): void;
}

const WIDEST_BAR = 40;

/** The progress that a record carries. */
export function progressOf(record: LogRecord): Progress | undefined {
  const progress = record['progress'];
  if (typeof progress !== 'object' || progress === null) return undefined;
  const { done, total, what } = progress as Record<string, unknown>;
  if (typeof done !== 'number' || typeof total !== 'number' || !(total > 0)) return undefined;
  return { done: Math.min(done, total), total, what: typeof what === 'string' ? what : '' };
}

/** Makes a bar for a terminal of so many columns. */
export function createProgressBar(stream: LineWriter, columns: number): ProgressBar {
  let shown: { bar: SingleBar; what: string } | undefined;
  const clear = (): void => {
    shown?.bar.stop();
    shown = undefined;
  };
  const begin = (progress: Progress): void => {
    clear();
    const text = `${progress.what} `.length + '[] 100 % '.length;
    const bar = new SingleBar({
      // It asks of a stream no more than a line writer has.
      stream: stream as unknown as NodeJS.WritableStream,
      format: '{what} [{bar}] {percentage} %',
      barsize: Math.max(5, Math.min(WIDEST_BAR, columns - text)),
      clearOnComplete: true,
      // Who stops a program decides what is left on the screen; cli-progress would listen for signals itself.
      gracefulExit: false,
    });
    bar.start(progress.total, progress.done, { what: progress.what });
    shown = { bar, what: progress.what };
  };
  return {
    show: (progress) => {
      if (shown?.what !== progress.what) begin(progress);
      shown?.bar.setTotal(progress.total);
      shown?.bar.update(progress.done);
      if (progress.done >= progress.total) clear();
    },
    clear,
  };
}
