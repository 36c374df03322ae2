// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { Worker } from 'node:worker_threads';

/** The places of what both threads see: how often anything has changed, bytes that stand in the file, 1 at the end. */
const [CHANGES, SIZE, ENDED] = [0, 1, 2] as const;

/** A text and no file of its own: the programs are bundled into one file each. */
const PROGRAM = `
const { createHash } = require('node:crypto');
const { readSync } = require('node:fs');
const { constants, setPriority } = require('node:os');
const { parentPort, workerData: { descriptor, shared, yields } } = require('node:worker_threads');
if (yields) setPriority(0, constants.priority.PRIORITY_LOW);
const md5 = createHash('md5');
const buffer = Buffer.allocUnsafeSlow(256 * 1024);
for (let at = 0, isOver = false; !isOver; ) {
  const changes = Atomics.load(shared, ${String(CHANGES)});
  isOver = Atomics.load(shared, ${String(ENDED)}) === 1n;
  const size = Number(Atomics.load(shared, ${String(SIZE)}));
  if (at === size && !isOver) Atomics.wait(shared, ${String(CHANGES)}, changes);
  while (at < size) {
    const count = readSync(descriptor, buffer, 0, Math.min(buffer.byteLength, size - at), at);
    if (count === 0) throw new Error('the file has ' + at + ' of ' + size + ' bytes');
    md5.update(buffer.subarray(0, count));
    at += count;
  }
}
parentPort.postMessage(md5.digest('hex'));`;

/** An md5 that another thread computes: it takes longer than everything else that is done with the bytes. */
export interface Md5Thread extends AsyncDisposable {
  /** Says that so many bytes stand in the file, which are read soon; fewer than before are an error of the caller. */
  reach(size: number): void;
  /**
   * The md5 of the bytes that stand there, in lower-case hex; no more are taken.
   *
   * @throws Error when the file has fewer, or cannot be read; the signal's reason
   */
  digest(signal?: AbortSignal): Promise<string>;
}

/** What a thread is started with. */
export interface Md5ThreadOptions {
  /** Takes only what the other threads of the process and its children leave of the processors. */
  readonly yields?: boolean;
}

/**
 * Starts the thread. It reads the open file by itself, by position: handing bytes over costs as much as reading them.
 * The file may be closed when the thread has been disposed of. Nothing waits for one that nobody asks for its digest.
 *
 * @example
 * await using md5 = startMd5Thread(file.fd);
 * md5.reach((await file.stat()).size);
 * console.log(await md5.digest());
 */
export function startMd5Thread(descriptor: number, { yields = false }: Md5ThreadOptions = {}): Md5Thread {
  const shared = new BigInt64Array(new SharedArrayBuffer(3 * BigInt64Array.BYTES_PER_ELEMENT));
  const tell = (place: typeof SIZE | typeof ENDED, value: bigint): void => {
    Atomics.store(shared, place, value);
    Atomics.add(shared, CHANGES, 1n);
    Atomics.notify(shared, CHANGES);
  };
  const worker = new Worker(PROGRAM, {
    eval: true,
    env: {},
    execArgv: [],
    workerData: { descriptor, shared, yields },
    resourceLimits: { maxYoungGenerationSizeMb: 1, maxOldGenerationSizeMb: 16 },
  });
  const result = new Promise<string>((resolve, reject) => {
    worker.once('message', resolve).once('error', reject);
    worker.once('exit', () => {
      reject(new Error('the thread was ended before it had the md5'));
    });
  });
  // It is waited for in `digest`.
  result.catch(() => undefined);
  // At last: to listen for a message holds the process.
  worker.unref();
  return {
    reach: (size) => {
      tell(SIZE, BigInt(size));
    },
    digest: async (signal) => {
      signal?.throwIfAborted();
      const end = (): void => void worker.terminate();
      signal?.addEventListener('abort', end, { once: true });
      worker.ref();
      tell(ENDED, 1n);
      try {
        return await result;
      } catch (error) {
        signal?.throwIfAborted();
        throw error;
      } finally {
        signal?.removeEventListener('abort', end);
      }
    },
    [Symbol.asyncDispose]: async () => {
      await worker.terminate();
    },
  };
}
