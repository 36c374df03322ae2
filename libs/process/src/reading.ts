// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { Readable } from 'node:stream';

import { createLineSplitter, type Tail } from './output.ts';

/** After the program's own end, how long its outputs may stay silent before they are given up. */
const SILENCE_MS = 1000;

/** One output of a program that is being read. */
export interface Reading {
  /** The program has ended: waits for what is still on its way, but not for what it left behind. */
  finish(): void;
  /** Gives the last line if it lacks its end, then what was kept of all that was read. */
  end(): string;
}

/**
 * Reads an output to its end.
 *
 * A program may leave a process behind that holds the output open for ever (`daemon &` in a script). Its output is
 * closed once the program is gone and nothing has come for a while.
 */
export function readOutput(stream: Readable | null, onLine: (line: string) => void, kept: Tail): Reading {
  if (stream === null) return { finish: () => undefined, end: () => '' };
  const lines = createLineSplitter(onLine);
  let silence: NodeJS.Timeout | undefined;
  stream.on('data', (chunk: Buffer) => {
    kept.write(chunk);
    lines.write(chunk);
    silence?.refresh();
  });
  return {
    finish: () => {
      if (!stream.closed) silence = setTimeout(() => stream.destroy(), SILENCE_MS);
    },
    end: () => {
      clearTimeout(silence);
      lines.end();
      return kept.text();
    },
  };
}
