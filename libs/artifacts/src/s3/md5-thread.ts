// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { Worker } from 'node:worker_threads';

/** A text and no file of its own: the programs are bundled into one file each. */
const PROGRAM = `
const { createHash } = require('node:crypto');
const { parentPort } = require('node:worker_threads');
const md5 = createHash('md5');
parentPort.on('message', ({ buffer, length }) => {
  if (buffer === undefined) return parentPort.postMessage({ md5: md5.digest('hex') });
  md5.update(new Uint8Array(buffer, 0, length));
  parentPort.postMessage({ buffer }, [buffer]);
});`;

const BUFFER_BYTES = 256 * 1024;

/** One that is filled, one that is hashed, one between them. */
const BUFFERS = 3;

interface Answer {
  readonly buffer?: ArrayBuffer;
  readonly md5?: string;
}

/** An md5 that another thread computes: it takes longer than everything else that is done with the bytes. */
export interface Md5Thread extends AsyncDisposable {
  /** Resolves when the chunk may be used for something else. */
  update(chunk: Uint8Array): Promise<void>;
  /** Lower-case hex. */
  digest(): Promise<string>;
}

/** Starts the thread; what it is given goes through a few buffers that pass to and fro. */
export function startMd5Thread(): Md5Thread {
  const worker = new Worker(PROGRAM, {
    eval: true,
    env: {},
    execArgv: [],
    resourceLimits: { maxYoungGenerationSizeMb: 1, maxOldGenerationSizeMb: 16 },
  });
  const free = Array.from({ length: BUFFERS }, () => new ArrayBuffer(BUFFER_BYTES));
  const result = Promise.withResolvers<string>();
  let returned = Promise.withResolvers<undefined>();
  worker.on('message', ({ buffer, md5 }: Answer) => {
    if (buffer !== undefined) free.push(buffer);
    if (md5 !== undefined) result.resolve(md5);
    returned.resolve(undefined);
    returned = Promise.withResolvers<undefined>();
  });
  // It is waited for in `update` and in `digest`.
  result.promise.catch(() => undefined);
  worker.on('error', result.reject);
  const take = async (): Promise<ArrayBuffer> => {
    for (;;) {
      const buffer = free.pop();
      if (buffer !== undefined) return buffer;
      await Promise.race([returned.promise, result.promise]);
    }
  };
  return {
    update: async (chunk) => {
      for (let at = 0; at < chunk.byteLength; at += BUFFER_BYTES) {
        const piece = chunk.subarray(at, at + BUFFER_BYTES);
        const buffer = await take();
        new Uint8Array(buffer).set(piece);
        worker.postMessage({ buffer, length: piece.byteLength }, [buffer]);
      }
    },
    digest: async () => {
      worker.postMessage({});
      return await result.promise;
    },
    [Symbol.asyncDispose]: async () => {
      await worker.terminate();
    },
  };
}
