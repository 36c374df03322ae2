// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { createHash, randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';

import { createHttp, trustOnly } from '@ims/http';
import { Failure, systemClock } from '@ims/runtime';
import type { RetryPolicy } from '@ims/retry';
import {
  onCleanup,
  recordingLogger,
  temporaryDirectory,
  type FakeClock,
  type ImageServer,
  type RecordingLogger,
} from '@ims/testing';
import type { Beginning, Fetcher, FetchRequest } from '@ims/preparation';

import { createFetcher, httpSource, type RangeSource } from '../src/index.ts';

/** What stands for the beginning of an image here. */
const MAGIC = Buffer.from('IMAGE-IN-NAME-ONLY');

export const SECRET = 'c0ffee5ec7e7c0ffee5ec7e7c0ffee5ec7e7';

/** An image in name only. */
export function imageOf(bytes: number): Buffer {
  return Buffer.concat([MAGIC, randomBytes(bytes - MAGIC.length)]);
}

export function md5Of(bytes: Uint8Array): string {
  return createHash('md5').update(bytes).digest('hex');
}

/** A fetcher with its directory; made again, it is another start of the program. */
export interface Bench {
  readonly directory: string;
  readonly archive: string;
  readonly logger: RecordingLogger;
  readonly beginnings: Beginning[];
  fetcher(source: RangeSource): Fetcher;
  http(server: ImageServer, query?: string): RangeSource;
  at(url: URL): RangeSource;
  fetch(source: RangeSource, changes?: Partial<FetchRequest>): Promise<void>;
  /** Holds what was fetched against an md5, or against what the store says. */
  verify(source: RangeSource, md5?: string): Promise<void>;
  /** Everything that lies in the directory, as text. */
  everything(): Promise<string>;
}

export async function createBench(
  options: { budgetMs?: number; stallMs?: number; now?: Date; policy?: RetryPolicy; clock?: FakeClock } = {},
): Promise<Bench> {
  const directory = await temporaryDirectory('download');
  const logger = recordingLogger();
  const beginnings: Beginning[] = [];
  const archive = `${directory}/image.sqsh`;
  const http = createHttp({ trust: trustOnly([]), userAgent: 'test' });
  const fetcher = (source: RangeSource): Fetcher => {
    const made = createFetcher({
      source,
      archive,
      stateFile: `${directory}/download.json`,
      policy: options.policy ?? { budgetMs: options.budgetMs ?? 20_000, firstMs: 1, longestMs: 5 },
      logger,
      ...(options.clock === undefined ? {} : { clock: options.clock }),
    });
    onCleanup(async () => await made[Symbol.asyncDispose]());
    return made;
  };
  const at = (url: URL): RangeSource =>
    httpSource({
      http,
      url,
      stallMs: options.stallMs ?? 20_000,
      clock: { now: () => options.now ?? systemClock.now() },
    });
  return {
    directory,
    archive,
    logger,
    beginnings,
    fetcher,
    http: (server, query = `X-Amz-Signature=${SECRET}`) =>
      at(new URL(`${server.origin}/boot-images/id/rootfs?${query}`)),
    at,
    fetch: async (source, changes = {}) => {
      await fetcher(source).fetch({
        isAnnounced: false,
        headBytes: MAGIC.length,
        check: async (beginning) => {
          beginnings.push(beginning);
          if (!MAGIC.equals(Buffer.from(beginning.head).subarray(0, MAGIC.length)))
            throw new Failure('SourceCorrupt', 'these are not the first bytes of an image');
        },
        onTransfer: () => undefined,
        signal: new AbortController().signal,
        ...changes,
      });
    },
    verify: async (source, md5) => {
      await fetcher(source).verify(md5, new AbortController().signal);
    },
    everything: async () => {
      const names = await readdir(directory);
      const texts = await Promise.all(names.map(async (name) => await readFile(`${directory}/${name}`, 'latin1')));
      return [...names, ...texts].join('\n');
    },
  };
}
