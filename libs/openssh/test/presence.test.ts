// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';

import { cleanUp, freePort, onCleanup, signalTo } from '@ims/testing';

import { greetingOf } from '../src/banner.ts';
import { createPresence, isListening } from '../src/presence.ts';
import { openTestDoor } from './support/test-door.ts';

afterEach(cleanUp);

const never = new AbortController().signal;

/** A server that does this with each caller. */
async function serve(port: number, greet: (socket: Socket) => void): Promise<Server> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => undefined));
    greet(socket);
  }).listen(port, '127.0.0.1');
  await once(server, 'listening');
  onCleanup(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  });
  return server;
}

describe('the greeting of a server', () => {
  it.each<[string, (socket: Socket) => void, string]>([
    ['is that of ssh', (socket) => socket.write('SSH-2.0-OpenSSH_9.6\r\n'), 'ssh'],
    [
      'is a refusal in words, as of sshd that has too many callers',
      (socket) => socket.end('Exceeded MaxStartups\r\n'),
      'other',
    ],
    ['is a hang-up', (socket) => socket.end(), 'other'],
    ['is a reset', (socket) => socket.resetAndDestroy(), 'other'],
    ['does not come', () => undefined, 'none'],
  ])('%s', async (_what, greet, greeting) => {
    const port = await freePort();
    await serve(port, greet);
    expect(await greetingOf({ host: '127.0.0.1', port, signal: never, timeoutMs: 500 })).toBe(greeting);
  });

  it('is none where nobody listens', async () => {
    expect(await greetingOf({ host: '127.0.0.1', port: await freePort(), signal: never })).toBe('none');
  });
});

describe('the presence of an ssh server', () => {
  it('is seen without calling it each time, and its end at once', async () => {
    const port = await freePort();
    let calls = 0;
    const server = await serve(port, (socket) => {
      calls += 1;
      socket.write('SSH-2.0-OpenSSH_9.6\r\n');
    });
    const presence = createPresence({ host: '127.0.0.1', port });
    for (let look = 0; look < 10; look += 1) expect(await presence.isThere(never)).toBe(true);
    expect(calls).toBe(1);
    server.close();
    expect(await presence.isThere(never)).toBe(false);
  });

  it('is that of the real sshd, until it stops listening', async () => {
    const made = await openTestDoor();
    const presence = createPresence({ host: '127.0.0.1', port: made.port });
    expect([await isListening(made.port), await presence.isThere(never)]).toEqual([true, true]);
    await made.door.shut();
    expect([await isListening(made.port), await presence.isThere(never)]).toEqual([false, false]);
  });

  it('is not that of a server that stands still', { timeout: 60_000 }, async () => {
    const made = await openTestDoor();
    const { listener } = made.door.processes();
    signalTo(listener?.pid ?? 0, 'SIGSTOP');
    expect(await createPresence({ host: '127.0.0.1', port: made.port }).isThere(never)).toBe(false);
    signalTo(listener?.pid ?? 0, 'SIGCONT');
  });
});
