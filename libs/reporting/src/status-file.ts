// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

import { REPORTED_PHASES, type JobStatus } from '@ims/contract';
import type { Reporter } from '@ims/export';
import type { Logger } from '@ims/runtime';
import { createLatestWriter } from './latest-writer.ts';

/** What a status file is made of. */
export interface StatusFileOptions {
  /** Its directory must exist. */
  readonly path: string;
  readonly logger: Logger;
  /** How long flush() waits; 5 s when left out. */
  readonly flushMs?: number;
}

/** What stands in the file: the status, and the last progress of the phase it is in. */
export type StatusFile = JobStatus & { readonly progress?: string };

const FLUSH_MS = 5000;

/**
 * Keeps the status as one JSON object in a file that a reader sees either as it was or as it is.
 * Never throws: a file that cannot be written is said once and the job goes on.
 */
export function createStatusFile(options: StatusFileOptions): Reporter {
  const { path, logger, flushMs = FLUSH_MS } = options;
  let status: JobStatus | undefined;
  let said = false;
  const writer = createLatestWriter<StatusFile>(
    async (value) => await replace(path, value),
    (error) => {
      if (!said) logger.warn({ err: error, path }, 'the status file cannot be written; the job goes on');
      said = true;
    },
  );
  return {
    report: (next) => {
      status = next;
      writer.offer(next);
    },
    progress: (text) => {
      if (status !== undefined) writer.offer({ ...status, progress: text });
    },
    flush: async () => await writer.flush(flushMs),
  };
}

async function replace(path: string, status: StatusFile): Promise<void> {
  const temporary = `${path}.partial`;
  try {
    // Not an old one that somebody else may have opened, and nothing that a link leads to.
    await rm(temporary, { force: true });
    await write(temporary, status);
    await rename(temporary, path);
    if (isOfTheEnd(status)) await syncDirectory(dirname(path));
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw error;
  }
}

async function write(path: string, status: StatusFile): Promise<void> {
  await using handle = await open(path, 'wx', 0o644);
  await handle.writeFile(`${JSON.stringify(status, undefined, 2)}\n`);
  if (isOfTheEnd(status)) await handle.sync();
}

/** Every other status is soon replaced by the next, that of the first stage by the pair's; the end outlives the machine. */
function isOfTheEnd({ phase }: StatusFile): boolean {
  return REPORTED_PHASES[phase].terminal && phase !== 'Prepared';
}

async function syncDirectory(directory: string): Promise<void> {
  await using handle = await open(directory, 'r');
  await handle.sync();
}
