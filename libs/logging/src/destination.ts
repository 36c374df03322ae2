// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { isatty } from 'node:tty';
import { destination } from 'pino';

/** Where lines go. */
export interface LineWriter {
  write(text: string): unknown;
  /** Whether a person sits there: only then is there a progress bar. */
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** Opens a file descriptor for writing without a buffer; its reader may go away without harm to us. */
export function openDestination(
  target: number | LineWriter,
): LineWriter & { write: (text: string) => void; flush: () => void } {
  if (typeof target !== 'number') {
    const write = (text: string): void => {
      target.write(text);
    };
    return { write, flush: () => undefined, isTTY: target.isTTY ?? false, columns: target.columns ?? 80 };
  }
  const stream = destination({ fd: target, sync: true });
  // A log that nobody reads is no reason to stop working on somebody's image.
  stream.on('error', () => undefined);
  return {
    write: (text) => {
      stream.write(text);
    },
    flush: () => {
      stream.flushSync();
    },
    isTTY: isatty(target),
  };
}
