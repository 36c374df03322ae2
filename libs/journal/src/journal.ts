// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';

import type { Journal, JournalEntry } from '@ims/export';
import { Failure, systemClock, type Clock, type Logger } from '@ims/runtime';
import { encodeLine } from './entries.ts';
import { claim, type Claim } from './exclusive.ts';
import { recover, type Recovered } from './recover.ts';

/** What a journal is made of. */
export interface JournalOptions {
  /** In the private directory of the volume, which must exist. */
  readonly path: string;
  /** The job it must belong to; any when left out. */
  readonly job?: string;
  readonly logger: Logger;
  readonly clock?: Pick<Clock, 'now'>;
}

/** A journal that is open; only one at a time may be. */
export type OpenJournal = Journal & { close(): Promise<void> };

/**
 * Opens the journal or makes an empty one. A last line that was torn by a crash is taken away and said.
 *
 * @throws Failure JournalUnreadable for damage, another job's journal or a file that cannot be opened;
 *   ConfigurationInvalid while another process has it open
 */
export async function openJournal(options: JournalOptions): Promise<OpenJournal> {
  const handle = await openFile(options.path);
  let claimed: Claim | undefined;
  try {
    claimed = await claim(handle, options.path);
    const recovered = recover(await handle.readFile(), options);
    if (recovered.torn > 0) await dropTornLine(handle, recovered, options);
    return createJournal({ handle, claimed }, recovered, options);
  } catch (error) {
    await claimed?.release();
    await handle.close();
    throw error instanceof Failure ? error : unusable(options.path, error);
  }
}

async function openFile(path: string): Promise<FileHandle> {
  const { O_RDWR, O_CREAT, O_NOFOLLOW, O_NONBLOCK } = constants;
  try {
    const handle = await open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK, 0o600);
    if (!(await handle.stat()).isFile()) {
      await handle.close();
      throw new Failure('JournalUnreadable', `the journal ${path} is no regular file`);
    }
    await handle.chmod(0o600);
    await syncDirectory(dirname(path));
    return handle;
  } catch (error) {
    throw error instanceof Failure ? error : unusable(path, error);
  }
}

async function syncDirectory(directory: string): Promise<void> {
  await using handle = await open(directory, 'r');
  await handle.sync();
}

async function dropTornLine(handle: FileHandle, recovered: Recovered, { path, logger }: JournalOptions): Promise<void> {
  logger.warn({ path, bytes: recovered.torn }, 'the last line of the journal was cut short by a crash and is dropped');
  await handle.truncate(recovered.length);
  await handle.sync();
}

function createJournal(
  { handle, claimed }: { handle: FileHandle; claimed: Claim },
  recovered: Recovered,
  options: JournalOptions,
): OpenJournal {
  const { path, clock = systemClock } = options;
  const entries = [...recovered.entries];
  let length = recovered.length;
  let last: Promise<unknown> = Promise.resolve();
  const append = async (entry: JournalEntry): Promise<void> => {
    checkOrder(entries, entry, path);
    const line = Buffer.from(encodeLine(entry, clock.now()));
    await writeDurably(handle, { line, at: length, path });
    length += line.length;
    entries.push(entry);
  };
  return {
    entries: async () => [...entries],
    append: async (entry) => {
      // One line at a time: a line is begun only when the one before it is durable.
      const appended = last.then(async () => await append(entry));
      last = appended.catch(() => undefined);
      await appended;
    },
    close: async () => {
      await last;
      await claimed.release();
      await handle.close();
    },
  };
}

/** The first line says whose journal it is, and no other line does. */
function checkOrder(entries: readonly JournalEntry[], entry: JournalEntry, path: string): void {
  if ((entries.length === 0) === (entry.step === 'opened')) return;
  throw new Failure(
    'Defect',
    `${path} must begin with the one step opened; ${entry.step} came as number ${String(entries.length + 1)}`,
  );
}

async function writeDurably(handle: FileHandle, write: { line: Buffer; at: number; path: string }): Promise<void> {
  try {
    for (let done = 0; done < write.line.length;) {
      const { bytesWritten } = await handle.write(write.line, done, write.line.length - done, write.at + done);
      done += bytesWritten;
    }
    await handle.datasync();
  } catch (error) {
    // Half a line must not stand before the next one; if this fails too, opening it again drops the half.
    await handle.truncate(write.at).catch(() => undefined);
    throw unusable(write.path, error);
  }
}

function unusable(path: string, error: unknown): Failure {
  const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new Failure('NoSpace', `the journal ${path} cannot be written (${code})`, { cause: error });
  }
  return new Failure('JournalUnreadable', `the journal ${path} cannot be opened or written: ${code}`, {
    advice: 'mend the volume, then resume the job; the image root is intact',
    cause: error,
  });
}
