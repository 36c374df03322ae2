// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { JournalEntry } from '@ims/export';
import { Failure } from '@ims/runtime';
import { decodeLine } from './entries.ts';
import { FieldError } from './fields.ts';

/** What a journal's bytes hold. */
export interface Recovered {
  readonly entries: readonly JournalEntry[];
  /** Bytes of the whole lines. */
  readonly length: number;
  /** Bytes after them: a line whose writing was cut short, so that nobody was told it was written. */
  readonly torn: number;
}

const NEWLINE = 0x0a;

/**
 * Reads a journal. Only the last line can be torn, since each is durable before the next is begun;
 * anything else that cannot be read is damage, and guessing would publish twice or lose work.
 *
 * @param context the file's path for errors, and the job it should belong to
 * @throws Failure JournalUnreadable naming file and line
 */
export function recover(bytes: Uint8Array, context: { path: string; job?: string | undefined }): Recovered {
  const length = bytes.lastIndexOf(NEWLINE) + 1;
  const lines = new TextDecoder().decode(bytes.subarray(0, length)).split('\n').slice(0, -1);
  const entries = lines.map((line, index) => decode(line, `${context.path}, line ${String(index + 1)}`));
  checkFirst(entries[0], context);
  return { entries, length, torn: bytes.length - length };
}

function decode(line: string, where: string): JournalEntry {
  try {
    return decodeLine(line);
  } catch (error) {
    if (!(error instanceof FieldError)) throw error;
    throw unreadable(`${where}: ${error.message}`);
  }
}

function checkFirst(first: JournalEntry | undefined, { path, job }: { path: string; job?: string | undefined }): void {
  if (first === undefined) return;
  if (first.step !== 'opened') throw unreadable(`${path}, line 1: the first step is ${first.step}, not opened`);
  if (job !== undefined && first.job !== job) {
    throw unreadable(`${path} belongs to job ${JSON.stringify(first.job)}, not to ${JSON.stringify(job)}`);
  }
}

function unreadable(message: string): Failure {
  return new Failure('JournalUnreadable', message);
}
