// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { createFakeClock, type FakeClock } from '@ims/testing';
import { describe, expect, it } from 'vitest';

import { watchSilentPeer } from '../src/silent-peer.ts';
import { newWorld, portsOf } from './support/world.ts';

const never = new AbortController().signal;

/** Looks every three seconds, as the tick of a board does, at a server that is there at some of the looks. */
async function lookAt(answers: readonly boolean[], clock: FakeClock = createFakeClock()): Promise<number> {
  let asked = 0;
  const { stage } = portsOf(newWorld());
  const sshIsThere = (): Promise<boolean> => Promise.resolve(answers[asked++] ?? true);
  const watch = watchSilentPeer({ clock, stage: { ...stage, sshIsThere } });
  while (asked < answers.length) {
    await watch.look(never);
    await clock.advance(3000);
  }
  return asked;
}

describe('H5 a sshd container that has no heartbeat', () => {
  it('is lost when its ssh server has been gone for a while, within 40 s', async () => {
    const clock = createFakeClock();
    const began = clock.monotonic();
    await expect(lookAt(Array(20).fill(false), clock)).rejects.toMatchObject({
      reason: 'PeerLost',
      message: expect.stringMatching(/ssh server .* has been gone for \d+ s/) as string,
    });
    expect(clock.monotonic() - began).toBeLessThan(40_000 - 6000);
  });

  it('is not lost while its ssh server is started again, however often', async () => {
    const gap = [false, false, false, true];
    await expect(lookAt(Array(20).fill(gap).flat())).resolves.toBe(80);
  });

  it('is not lost because the agent itself stood still', async () => {
    const clock = createFakeClock();
    const answers = [true, false, false, true];
    const { stage } = portsOf(newWorld());
    const watch = watchSilentPeer({
      clock,
      stage: { ...stage, sshIsThere: () => Promise.resolve(answers.shift() ?? true) },
    });
    for (let look = 0; look < 4; look += 1) {
      await watch.look(never);
      await clock.advance(3_600_000);
    }
    expect(answers).toEqual([]);
  });
});
