// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

import { Failure } from '@ims/runtime';
import { SHELL_ADDRESS } from '../shell/keys.ts';

/** Below the range from which the kernel takes ports for outgoing connections: none of these goes away by itself. */
const PORTS = { from: 20_000, to: 32_000 };
const TRIES = 100;

/**
 * A port that nobody listens on now.
 *
 * @throws Failure PlatformUnavailable when a hundred tries found none
 */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const port = randomInt(PORTS.from, PORTS.to);
    if (await canListen(port)) return port;
  }
  const range = `${String(PORTS.from)} to ${String(PORTS.to)}`;
  throw new Failure('PlatformUnavailable', `no free port from ${range} on ${SHELL_ADDRESS}`);
}

async function canListen(port: number): Promise<boolean> {
  const server = createServer();
  return await new Promise((resolve) => {
    server.once('error', () => {
      resolve(false);
    });
    server.listen(port, SHELL_ADDRESS, () => {
      server.close(() => {
        resolve(true);
      });
    });
  });
}
