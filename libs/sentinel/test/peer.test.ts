// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { rm, symlink, utimes } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { cleanUp, createFakeClock, eventually, onCleanup, recordingLogger, temporaryDirectory } from '@ims/testing';
import type { Peer } from '@ims/runtime';

import { createHeartbeat, createPeer, postSentinel, readSentinel } from '../src/index.ts';

let path: string;
beforeEach(async () => {
  path = `${await temporaryDirectory('heartbeat')}/.ims/sshd.alive`;
});
afterEach(cleanUp);

const STALE_MS = 30_000;
const beating = async (text = 'ims-sshd/1.0.0'): Promise<{ stop: () => Promise<void> }> => {
  const heartbeat = createHeartbeat({ path, text, intervalMs: 5 });
  await heartbeat.start();
  onCleanup(async () => {
    await heartbeat.stop();
  });
  return heartbeat;
};
const whenState = async (peer: Peer, state: string): Promise<boolean> =>
  await eventually(async () => (await peer.state()) === state);

describe('a heartbeat', () => {
  it('H5 makes a peer alive, and its silence makes it stale and no sooner than the bound', async () => {
    const clock = createFakeClock();
    const peer = createPeer({ path, clock, staleMs: STALE_MS });
    expect(await peer.state()).toBe('unseen');
    const heartbeat = await beating();
    await whenState(peer, 'alive');
    await heartbeat.stop();
    await clock.advance(STALE_MS);
    expect(await peer.state()).toBe('alive');
    await clock.advance(1);
    expect(await peer.state()).toBe('stale');
  });

  it('keeps a peer alive however long it lasts', async () => {
    const clock = createFakeClock();
    const peer = createPeer({ path, clock, staleMs: STALE_MS });
    await beating();
    await whenState(peer, 'alive');
    for (let minute = 0; minute < 5; minute++) {
      await clock.advance(STALE_MS + 1);
      await whenState(peer, 'alive');
    }
  });

  it('says who beats', async () => {
    await beating('ims-agent/1.2.3');
    expect(await readSentinel(path)).toMatchObject({ note: { token: 'alive', message: 'ims-agent/1.2.3' } });
  });

  it('that stops is gone, and stops even while it beats', async () => {
    for (let turn = 0; turn < 20; turn++) {
      const heartbeat = await beating();
      await heartbeat.stop();
      expect(await readSentinel(path)).toEqual({ kind: 'absent' });
    }
  });

  it('comes back when somebody takes its file away', async () => {
    await beating();
    await rm(path);
    await eventually(async () => (await readSentinel(path)).kind === 'present');
  });

  it('says that it cannot be written and goes on', async () => {
    const logger = recordingLogger();
    const heartbeat = createHeartbeat({ path, text: 'x', intervalMs: 5, logger });
    await heartbeat.start();
    onCleanup(async () => {
      await heartbeat.stop();
    });
    const own = path.slice(0, path.lastIndexOf('/'));
    // The heartbeat makes its directory anew in between, until we are faster.
    await eventually(async () => {
      const swap = rm(own, { recursive: true, force: true }).then(() => symlink('/nowhere', own));
      return await swap.then(
        () => true,
        () => false,
      );
    });
    await eventually(() => logger.messages('warn').length > 0);
    await rm(own);
    await eventually(async () => (await readSentinel(path)).kind === 'present');
  });
});

describe('a peer', () => {
  it('whose heartbeat is left over from a dead run is unseen, neither alive nor lost, for ever', async () => {
    const clock = createFakeClock();
    await (await beating()).stop();
    await postSentinel(path, { token: 'alive', message: 'ims-sshd/0.9.0' });
    const peer = createPeer({ path, clock, staleMs: STALE_MS });
    for (let look = 0; look < 5; look++) {
      expect(await peer.state()).toBe('unseen');
      await clock.advance(STALE_MS * 2);
    }
  });

  it('that beats over a leftover is alive after its first beat', async () => {
    await (await beating()).stop();
    await postSentinel(path, { token: 'alive', message: 'old' });
    const peer = createPeer({ path, clock: createFakeClock() });
    expect(await peer.state()).toBe('unseen');
    await beating();
    await whenState(peer, 'alive');
  });

  it('is judged without any wall clock, which may jump by years', async () => {
    const clock = createFakeClock();
    const peer = createPeer({ path, clock, staleMs: STALE_MS });
    await peer.state();
    await (await beating()).stop();
    await postSentinel(path, { token: 'alive', message: 'x' });
    expect(await peer.state()).toBe('alive');
    for (const year of ['1980', '2090', '1999']) {
      const date = new Date(`${year}-01-01T00:00:00Z`);
      clock.setWallClock(date);
      await clock.advance(STALE_MS - 1);
      await utimes(path, date, date);
      expect(await peer.state()).toBe('alive');
    }
    clock.setWallClock(new Date('2026-01-01T00:00:00Z'));
    await clock.advance(STALE_MS + 1);
    expect(await peer.state()).toBe('stale');
  });

  it('that comes back after it was stale is alive', async () => {
    const clock = createFakeClock();
    const peer = createPeer({ path, clock, staleMs: STALE_MS });
    await peer.state();
    const first = await beating();
    await whenState(peer, 'alive');
    await first.stop();
    await clock.advance(STALE_MS + 1);
    expect(await peer.state()).toBe('stale');
    await beating();
    await whenState(peer, 'alive');
  });

  it('is unseen when something else stands there', async () => {
    const peer = createPeer({ path, clock: createFakeClock() });
    await (await beating()).stop();
    await peer.state();
    await symlink('/etc/passwd', path);
    expect(await peer.state()).toBe('unseen');
  });
});
