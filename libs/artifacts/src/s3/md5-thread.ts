// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

/** A text and no file of its own: the programs are bundled into one file each. */
const PROGRAM = `
const { createHash } = require('node:crypto');
const { readSync } = require('node:fs');
const { parentPort, workerData: descriptor } = require('node:worker_threads');
const md5 = createHash('md5');
const buffer = Buffer.allocUnsafeSlow(256 * 1024);
for (let at = 0, count = 1; count > 0; at += count) {
  count = readSync(descriptor, buffer, 0, buffer.byteLength, at);
  md5.update(buffer.subarray(0, count));
}
parentPort.postMessage(md5.digest('hex'));`;

/** An md5 that another thread computes: it takes longer than everything else that is done with the bytes. */
export interface Md5Thread extends AsyncDisposable {
  /** Lower-case hex. */
  digest(): Promise<string>;
}

/**
 * Starts the thread. It reads the open file by itself, by position: handing bytes over costs as much as reading them.
 * The file may be closed when the thread has been disposed of.
 */
export function startMd5Thread(descriptor: number): Md5Thread {
  const worker = new Worker(PROGRAM, {
    eval: true,
    env: {},
    execArgv: [],
    workerData: descriptor,
    resourceLimits: { maxYoungGenerationSizeMb: 1, maxOldGenerationSizeMb: 16 },
  });
  // Rejects with what the thread throws.
  const result = once(worker, 'message') as Promise<[string]>;
  // It is waited for in `digest`.
  result.catch(() => undefined);
  return {
    digest: async () => {
      const [md5] = await result;
      return md5;
    },
    [Symbol.asyncDispose]: async () => {
      await worker.terminate();
    },
  };
}
