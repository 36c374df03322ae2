// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { JobStatus } from '@ims/contract';
import { Failure } from '@ims/runtime';
import { createFakeClock, recordingLogger, type RecordingLogger } from '@ims/testing';

import {
  runPreparation,
  type PreparationPorts,
  type PreparationState,
  type Progress,
  type Room,
} from '../src/index.ts';

/** What the world of a test is like. */
export interface WorldOptions {
  readonly progress?: Progress;
  readonly hasBegun?: boolean;
  readonly room?: Room;
  /** What the beginning of the image says that it takes unpacked at the least. */
  readonly atLeast?: Room;
  /** What it really takes. */
  readonly needs?: Room;
  /** Bytes that the server offers, of the 1000 that the image has. */
  readonly offered?: number;
  /** What the named step fails of. */
  readonly fails?: Readonly<Partial<Record<'check' | 'fetch' | 'unpack' | 'keep', Failure>>>;
  /** What each step takes. */
  readonly stepMs?: number;
  /** How often what arrives is another image. */
  readonly wrong?: number;
}

/** A world that remembers what was done in it. */
export interface World {
  readonly done: readonly string[];
  readonly reports: readonly JobStatus[];
  readonly logger: RecordingLogger;
  run(signal?: AbortSignal): Promise<PreparationState>;
}

const PLENTY: Room = { bytes: 1_000_000, inodes: 1000 };
const LITTLE: Room = { bytes: 10, inodes: 1 };

export function createWorld(options: WorldOptions = {}): World {
  const done: string[] = [];
  const reports: JobStatus[] = [];
  const logger = recordingLogger();
  let wrong = options.wrong ?? 0;
  const clock = createFakeClock();
  const step = async (name: string, failure?: Failure): Promise<void> => {
    done.push(name);
    await clock.advance(options.stepMs ?? 0);
    if (failure !== undefined) throw failure;
  };
  const { progress = 'nothing', room = PLENTY, atLeast = LITTLE, needs = LITTLE, offered = 1000, fails = {} } = options;
  const ports: PreparationPorts = {
    agent: { check: async () => await step('check', fails.check) },
    fetcher: {
      place: 'https://server/image',
      fetch: async ({ check, headBytes }) => {
        await check({ head: new Uint8Array(headBytes), size: offered, kept: 0 });
        await step('fetch', fails.fetch);
        return { bytes: offered };
      },
      verify: async () => {
        wrong -= 1;
        if (wrong >= 0) throw new Failure('SourceCorrupt', 'another md5');
      },
      discard: async () => await step('discard the image'),
    },
    unpacker: {
      headBytes: 96,
      announced: () => ({ bytes: 1000, atLeast }),
      needs: async () => needs,
      unpack: async () => await step('unpack', fails.unpack),
    },
    volume: {
      place: '/mnt/image',
      progress: async () => progress,
      hasBegun: async () => options.hasBegun ?? false,
      clear: async () => {
        await step('clear');
        return [];
      },
      room: async () => room,
      freshPlace: async () => {
        await step('fresh place');
        return '/mnt/image/.ims/unpacking';
      },
      keep: async () => await step('keep', fails.keep),
      moveIn: async () => await step('move in'),
      discard: async () => await step('discard what is unpacked'),
    },
    reporter: {
      report: (status) => {
        reports.push(status);
      },
      progress: () => undefined,
      flush: async () => await step('flush'),
    },
    logger,
    clock,
  };
  const settings = { jobId: 'a-job', md5: undefined };
  return {
    done,
    reports,
    logger,
    run: async (signal = new AbortController().signal) => await runPreparation({ settings, ports, signal }),
  };
}
