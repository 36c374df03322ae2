// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { unlink, utimes } from 'node:fs/promises';
import { dirname } from 'node:path';

import { silentLogger, type Logger } from '@ims/runtime';
import { noteWith } from './decode.ts';
import { codeOf } from './errno.ts';
import { postSentinel } from './file.ts';
import { ensurePrivateDirectory } from './private-directory.ts';

/** What a heartbeat is made of. */
export interface HeartbeatOptions {
  /** The heartbeat's file, in the private directory. */
  readonly path: string;
  /** Who beats, `ims-sshd/1.0.0`. */
  readonly text: string;
  /** Milliseconds between two beats; 5 s when left out. */
  readonly intervalMs?: number;
  readonly logger?: Logger;
}

/** Shows the other container that this one lives. */
export interface Heartbeat {
  /** Writes the file, then moves its modification time. @throws Failure NoSpace, PlatformUnavailable */
  start(): Promise<void>;
  /** Stops beating, waits for a beat that is under way, then removes the file. Never throws. */
  stop(): Promise<void>;
}

/**
 * The first beats come close together: a peer does not believe a heartbeat before it has seen it move, and a job
 * may be over before the first long interval is.
 */
const FIRST_BEAT_MS = 100;

/** Makes a heartbeat; it does not keep the process alive. */
export function createHeartbeat(options: HeartbeatOptions): Heartbeat {
  const { path, intervalMs = 5000, logger = silentLogger } = options;
  let timer: NodeJS.Timeout | undefined;
  let beating: Promise<void> = Promise.resolve();
  const beatAfter = (ms: number): void => {
    timer = setTimeout(() => {
      beatAfter(Math.min(intervalMs, ms * 2));
      beating = beating
        .then(() => beat(options))
        .catch((error: unknown) => {
          logger.warn({ err: error, path }, 'the heartbeat could not be written');
        });
    }, ms).unref();
  };
  return {
    start: async () => {
      await write(options);
      clearTimeout(timer);
      beatAfter(Math.min(intervalMs, FIRST_BEAT_MS));
    },
    stop: async () => {
      clearTimeout(timer);
      await beating;
      await unlink(path).catch((error: unknown) => {
        if (codeOf(error) !== 'ENOENT') logger.warn({ err: error, path }, 'the heartbeat could not be removed');
      });
    },
  };
}

async function write(options: HeartbeatOptions): Promise<void> {
  await ensurePrivateDirectory(dirname(options.path));
  await postSentinel(options.path, noteWith('alive', options.text), { durable: false });
}

async function beat(options: HeartbeatOptions): Promise<void> {
  try {
    const now = new Date();
    await utimes(options.path, now, now);
  } catch (error) {
    // Somebody took the file away: it comes back, or the other side would give us up.
    options.logger?.debug({ err: error, path: options.path }, 'the heartbeat is written anew');
    await write(options);
  }
}
