// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { readFile, rename, writeFile } from 'node:fs/promises';

import type { Action } from '@ims/contract';
import { Failure } from '@ims/runtime';
import type { Architecture, BootNames, WantedBootNames } from '../image/boot-names.ts';
import type { ImageSource } from '../image/image-source.ts';
import type { Result } from './outcome.ts';
import type { ProcessMark } from './process-mark.ts';
import type { ScriptEnd } from '../shell/script.ts';

/** Everything that must be known of a job to show it or to go on with it: `job.json`. */
export interface JobRecord {
  readonly version: 1;
  readonly id: string;
  /** RFC 3339, UTC. */
  readonly started: string;
  readonly action: Action;
  readonly jailed: boolean;
  /** Name of the image that is made. */
  readonly name: string;
  readonly architecture: Architecture;
  readonly source: ImageSource;
  readonly inPlace: boolean;
  /** Path of the script, `demo` for the built-in one, nothing for a person's shell. */
  readonly script: string | undefined;
  /** Known when the script has ended. */
  readonly scriptEnd: ScriptEnd | undefined;
  /** An absolute path or an `s3://` address; no key to it is ever written down (H34). */
  readonly store: string;
  readonly wanted: WantedBootNames;
  readonly keep: boolean;
  readonly logLevel: string;
  /** Known when the working copy is whole. */
  readonly boot: BootNames | undefined;
  /** Seconds that making the working copy took. */
  readonly preparing: number | undefined;
  /** The `ims-job` that works on it, or worked on it last. */
  readonly worker: ProcessMark;
  /** How it ended, when it did. */
  readonly result: Result | undefined;
}

/** Writes a record to a temporary name and renames it, so that a reader never sees half of one. */
export async function writeRecord(path: string, record: JobRecord): Promise<void> {
  const temporary = `${path}.tmp`;
  await writeFile(temporary, `${JSON.stringify(record, undefined, 2)}\n`, { mode: 0o600 });
  await rename(temporary, path);
}

/** @throws Failure JournalUnreadable when there is no such record or it is not one of ours */
export async function readRecord(path: string): Promise<JobRecord> {
  try {
    const record = JSON.parse(await readFile(path, 'utf8')) as JobRecord;
    if ((record.version as number) === 1 && typeof record.id === 'string') return record;
  } catch (error) {
    throw unreadable(path, error);
  }
  throw unreadable(path, undefined);
}

function unreadable(path: string, cause: unknown): Failure {
  const why = (cause as NodeJS.ErrnoException | undefined)?.code === 'ENOENT' ? 'is missing' : 'is not a job record';
  return new Failure('JournalUnreadable', `${path} ${why}`, { cause });
}
