// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { constants } from 'node:fs';
import { open } from 'node:fs/promises';

import { encodeTermination, REPORTED_PHASES, type JobStatus } from '@ims/contract';
import type { Reporter } from '@ims/export';
import type { Logger } from '@ims/runtime';
import { createLatestWriter } from './latest-writer.ts';

/** What a termination message is made of. */
export interface TerminationMessageOptions {
  /** `/dev/termination-log` in a pod. */
  readonly path: string;
  readonly logger: Logger;
  /** How long flush() waits; 5 s when left out. */
  readonly flushMs?: number;
}

const FLUSH_MS = 5000;

/**
 * Writes the termination message when the job has ended. Outside a pod there is no such file: it is not made.
 * Never throws.
 */
export function createTerminationMessage(options: TerminationMessageOptions): Reporter {
  const { path, logger, flushMs = FLUSH_MS } = options;
  const writer = createLatestWriter<JobStatus>(
    async (status) => await overwrite(path, encodeTermination(status)),
    (error) => {
      const level = isAbsence(error) ? 'debug' : 'warn';
      logger[level]({ err: error, path }, 'no termination message is written');
    },
  );
  return {
    report: (status) => {
      if (REPORTED_PHASES[status.phase].terminal) writer.offer(status);
    },
    progress: () => undefined,
    flush: async () => await writer.flush(flushMs),
  };
}

/** The kubelet has mounted the file: it can be neither replaced nor created, only written to. */
async function overwrite(path: string, text: string): Promise<void> {
  await using handle = await open(path, constants.O_WRONLY | constants.O_TRUNC | constants.O_NONBLOCK);
  await handle.writeFile(text);
}

function isAbsence(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
}
