// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { FileHandle } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';

import { Failure } from '@ims/runtime';

/** A claim on a file that ends with this process at the latest, however it ends. */
export interface Claim {
  release(): Promise<void>;
}

/**
 * Claims a file for this process: two agents on one volume would write into each other's lines. The claim is an
 * abstract socket (unix(7)) named after the file: taking it is atomic, and a killed process leaves none behind.
 * It holds within one network namespace, that is in one pod and on one machine.
 *
 * @throws Failure ConfigurationInvalid when another process has it
 */
export async function claim(handle: FileHandle, path: string): Promise<Claim> {
  const { dev, ino } = await handle.stat({ bigint: true });
  const server = createServer((connection) => connection.destroy()).unref();
  await listen(server, `\0ims-journal-${String(dev)}-${String(ino)}`).catch((error: unknown) => {
    if (!(error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')) throw error;
    throw new Failure('ConfigurationInvalid', `another agent works on this volume: it has ${path} open`, {
      advice: 'wait until it has ended, or end it; nothing was changed',
      cause: error,
    });
  });
  return {
    release: async () => {
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function listen(server: Server, name: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(name, resolve);
  });
}
