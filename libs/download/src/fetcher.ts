// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { lstat, rename, rm } from 'node:fs/promises';

import type { Fetcher, FetchRequest } from '@ims/preparation';
import { retrying, type RetryPolicy } from '@ims/retry';
import { Failure, type Clock, type Logger } from '@ims/runtime';

import { openStateFile, type DownloadState, type StateFile } from './download-state.ts';
import { openPartialFile, type PartialFile } from './partial-file.ts';
import type { RangeSource } from './range-source.ts';
import { transferOnce, type Transfer } from './transfer.ts';

/** What a fetcher is made of. */
export interface FetcherOptions {
  readonly source: RangeSource;
  /** Absolute; what has not arrived in full lies beside it, with `.partial` added. */
  readonly archive: string;
  /** Where it is noted how far the download is; absolute. */
  readonly stateFile: string;
  /** How long a transfer that moves nothing is tried again. */
  readonly policy: RetryPolicy;
  readonly logger: Logger;
  /** By which the waits between attempts are waited out. */
  readonly clock?: Pick<Clock, 'monotonic' | 'sleep'>;
}

/** So many bytes more than before, and a transfer that breaks has got on: its time for new attempts begins anew. */
const HEADWAY = 8 * 1024 * 1024;

/** How often something is fetched that turns out not to be the image. */
const CHANCES = 2;

/** Makes the fetcher of one image, which holds its file open until the md5 is known, or until it is disposed of. */
export function createFetcher(options: FetcherOptions): Fetcher & AsyncDisposable {
  const { source, archive } = options;
  const state = openStateFile(options.stateFile, source.identity);
  const partial = `${archive}.partial`;
  let held: PartialFile | undefined;
  const release = async (): Promise<void> => {
    const file = held;
    held = undefined;
    await file?.[Symbol.asyncDispose]();
  };
  return {
    place: source.place,
    fetch: async (request) => {
      const known = await knownState(state);
      const whole = known === undefined ? undefined : await sizeOf(archive);
      if (whole !== undefined) return { bytes: whole };
      await release();
      if (known === undefined) await removeAll([archive, partial]);
      held = await openPartialFile(partial);
      if (request.isAnnounced || known?.md5 !== undefined) held.sum();
      await fetchAll({ ...options, state, file: held, request, known });
      await rename(partial, archive);
      return { bytes: held.size };
    },
    verify: async (announced, signal) => {
      const wanted = announced ?? (await state.read())?.md5;
      if (wanted === undefined) {
        await release();
        return;
      }
      // It may be an earlier start that has fetched it.
      held ??= await openPartialFile(archive);
      const found = await held.md5(signal);
      await release();
      if (found === wanted) return;
      const sums = `md5 ${found} instead of ${wanted}`;
      throw new Failure('SourceCorrupt', `what arrived from ${source.place} is not the image: ${sums}`);
    },
    discard: async () => {
      await release();
      await removeAll([archive, partial]);
      await state.remove();
    },
    [Symbol.asyncDispose]: release,
  };
}

/** What an earlier start noted, if the bytes that it wrote can be relied upon. */
async function knownState(state: StateFile): Promise<DownloadState | undefined> {
  const noted = await state.read();
  // After a crash of the machine the file may have holes; nothing but the md5 of the whole would tell.
  return noted === undefined || noted.outlived ? undefined : noted;
}

interface Work extends FetcherOptions {
  readonly state: StateFile;
  readonly file: PartialFile;
  readonly request: FetchRequest;
  readonly known: DownloadState | undefined;
}

/** What turns out not to be the image is fetched once more: a proxy's word or a broken link, or else really that. */
async function fetchAll(work: Work): Promise<void> {
  let known = work.known;
  for (let chance = 1; ; chance += 1) {
    try {
      await fetchToTheEnd(work, known);
      return;
    } catch (error) {
      if (!(error instanceof Failure) || error.reason !== 'SourceCorrupt' || chance === CHANCES) throw error;
      work.logger.warn({ err: error }, 'the image is fetched once more');
      known = work.file.size === 0 ? undefined : await work.state.read();
    }
  }
}

async function fetchToTheEnd(work: Work, known: DownloadState | undefined): Promise<void> {
  const { source, policy, logger, request } = work;
  const transfer: Transfer = { ...work, progress: { known, isWhole: false } };
  while (!transfer.progress.isWhole) {
    await retrying(
      {
        what: `fetching the image from ${source.place}`,
        policy,
        isTransient,
        signal: request.signal,
        logger,
        clock: work.clock,
      },
      async () => await withHeadway(transfer, logger),
    );
  }
}

/** A break after much has arrived is no failed attempt, or a long transfer could not have many of them. */
async function withHeadway(transfer: Transfer, logger: Logger): Promise<void> {
  const before = transfer.file.size;
  try {
    await transferOnce(transfer);
  } catch (error) {
    if (!isTransient(error) || transfer.file.size - before < HEADWAY) throw error;
    logger.warn({ err: error, bytes: transfer.file.size }, 'the transfer broke and goes on where it was');
  }
}

function isTransient(error: unknown): boolean {
  return error instanceof Failure && (error.reason === 'SourceUnavailable' || error.reason === 'TransferStalled');
}

async function removeAll(paths: readonly string[]): Promise<void> {
  for (const path of paths) await rm(path, { force: true, recursive: true });
}

async function sizeOf(path: string): Promise<number | undefined> {
  const stats = await lstat(path).catch(() => undefined);
  return stats?.isFile() === true ? stats.size : undefined;
}
