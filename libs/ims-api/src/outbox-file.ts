// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { constants } from 'node:fs';
import { open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import * as z from 'zod';

import { Failure, type Logger } from '@ims/runtime';
import { jsonOf } from './plain-text.ts';

const link = z.object({ path: z.string(), etag: z.string(), type: z.string() });

const call = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('status'), status: z.string() }),
  z.object({ kind: z.literal('create'), name: z.string(), arch: z.string() }),
  z.object({ kind: z.literal('link'), imageId: z.string(), link }),
  z.object({ kind: z.literal('result'), imageId: z.string() }),
]);

/** Something that IMS has to be told. */
export type Call = z.infer<typeof call>;

const notes = z.object({
  /** The record of the job's image, once it is known. */
  id: z.string().optional(),
});

/** What is known of the job's image record. */
export type RecordNotes = z.infer<typeof notes>;

const memory = z.object({
  version: z.literal(1),
  job: z.string(),
  calls: z.array(call),
  record: notes,
  accepted: z.string().optional(),
  /** The uids of the pods that have worked at the job. */
  pods: z.array(z.string()).default([]),
});

/** All that the outbox keeps on the volume; never a token. */
type Memory = z.infer<typeof memory>;

/** The outbox's file, written whole at every change. */
export interface Keeper {
  readonly memory: Memory;
  /** Changes the memory at once; resolves when that is durable. @throws Failure NoSpace, JournalUnreadable */
  update(change: Partial<Memory>): Promise<void>;
}

/**
 * Opens the file or begins an empty one. A file that is torn or of another job cannot come about by a crash of ours:
 * it is set aside with a warning, and the job goes on. Nothing is lost but statuses, since a record is looked for
 * in IMS before it is made.
 */
export async function openKeeper(at: { path: string; job: string; logger: Logger }): Promise<Keeper> {
  let current = (await read(at)) ?? { version: 1 as const, job: at.job, calls: [], record: {}, pods: [] };
  let last: Promise<void> = Promise.resolve();
  return {
    get memory() {
      return current;
    },
    update: async (change) => {
      current = { ...current, ...change };
      last = last.catch(() => undefined).then(async () => await write(at.path, current));
      await last;
    },
  };
}

/** Counts the pods of the job, this one included; more than any limit when it cannot be noted. */
export async function countPods(keeper: Keeper, uid: string): Promise<number> {
  const pods = [...new Set([...keeper.memory.pods, uid])];
  if (pods.length === keeper.memory.pods.length) return pods.length;
  return await keeper.update({ pods }).then(
    () => pods.length,
    () => Number.POSITIVE_INFINITY,
  );
}

async function read({ path, job, logger }: { path: string; job: string; logger: Logger }): Promise<Memory | undefined> {
  const text = await readFile(path, { encoding: 'utf8', flag: constants.O_RDONLY | constants.O_NOFOLLOW }).catch(
    (error: unknown) => {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
      throw unusable(path, error);
    },
  );
  if (text === undefined) return undefined;
  const parsed = memory.safeParse(jsonOf(text));
  if (parsed.success && parsed.data.job === job) return parsed.data;
  const aside = `${path}.set-aside`;
  await rename(path, aside);
  const why = parsed.success ? 'belongs to another job' : 'is damaged';
  logger.warn({ path, aside }, `the outbox ${why}; it is set aside, and statuses that IMS was not told are lost`);
  return undefined;
}

async function write(path: string, value: Memory): Promise<void> {
  const temporary = `${path}.new`;
  const { O_WRONLY, O_CREAT, O_TRUNC, O_NOFOLLOW } = constants;
  try {
    {
      await using handle = await open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0o600);
      await handle.writeFile(`${JSON.stringify(value, undefined, 2)}\n`);
      await handle.sync();
    }
    await rename(temporary, path);
    await using directory = await open(dirname(path), 'r');
    await directory.sync();
  } catch (error) {
    throw unusable(path, error);
  }
}

function unusable(path: string, error: unknown): Failure {
  const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
  const reason = code === 'ENOSPC' || code === 'EDQUOT' ? 'NoSpace' : 'JournalUnreadable';
  return new Failure(reason, `the outbox ${path} cannot be read or written (${code})`, { cause: error });
}
