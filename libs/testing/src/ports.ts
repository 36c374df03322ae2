// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { mkdir, open, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';

import { onCleanup } from './cleanup.ts';
import { TEST_HOME } from './directory.ts';
import { isRunning } from './processes.ts';

/** Below the range from which the kernel takes ports for outgoing connections: it never takes one of these. */
const FIRST = 20_000;
const LAST = 32_000;

/**
 * Gives a TCP port that nobody listens on and that no other test gets until this one has ended, tests in other
 * processes included.
 */
export async function freePort(): Promise<number> {
  const directory = `${TEST_HOME}/ports`;
  await mkdir(directory, { recursive: true });
  const start = Math.floor(Math.random() * (LAST - FIRST));
  for (let step = 0; step < LAST - FIRST; step++) {
    const port = FIRST + ((start + step) % (LAST - FIRST));
    const claim = `${directory}/${String(port)}`;
    if (!(await claimed(claim))) continue;
    if (await canListen(port)) {
      onCleanup(async () => {
        await rm(claim, { force: true });
      });
      return port;
    }
    await rm(claim, { force: true });
  }
  throw new Error('no free port');
}

async function claimed(path: string): Promise<boolean> {
  try {
    const file = await open(path, 'wx');
    await file.writeFile(String(process.pid));
    await file.close();
    return true;
  } catch {
    // Left by a test that was killed: it is taken over by the next one that comes by.
    const owner = Number(await readFile(path, 'utf8').catch(() => ''));
    if (owner > 0 && !(await isRunning(owner))) await rm(path, { force: true });
    return false;
  }
}

async function canListen(port: number): Promise<boolean> {
  return await new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => {
      resolve(false);
    });
    server.listen({ port, host: '0.0.0.0', exclusive: true }, () => {
      server.close(() => {
        resolve(true);
      });
    });
  });
}
