// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { afterEach, describe, expect, it } from 'vitest';

import { cleanUp, eventually, type SeenRequest } from '@ims/testing';

import { flagIn } from '../support/finish.ts';
import { enlarge } from '../support/large-image.ts';
import type { Pair } from '../support/pair.ts';
import { describeTree } from '../support/tree.ts';
import { startWorld, type World } from '../support/world.ts';
import { download, onlyRecord, unpackArchive } from './download.ts';
import { expectPublished } from './outcome.ts';

afterEach(cleanUp);

const PART = /partNumber=(?<number>\d+)/;

/** The numbers of the parts of the root that were sent, sorted, from the request with this number on. */
function partsSent({ proxies }: World, from: number): readonly number[] {
  const sent = proxies.s3.requests
    .slice(from)
    .filter(({ method, path }) => method === 'PUT' && path.endsWith('/rootfs'));
  return sent.map(({ query }) => Number(PART.exec(query)?.groups?.['number'])).sort((a, b) => a - b);
}

/** A job whose first two parts have arrived and whose others do not. */
async function haltUpload(world: World): Promise<{ readonly pair: Pair; readonly goOn: () => void }> {
  const pair = await world.startPair({ prepare: async (volume) => await enlarge(volume, 36) });
  await pair.opened();
  const stalled = world.proxies.s3.on({ fault: 'stall', method: 'PUT', path: /\/rootfs.*partNumber=[3-9]/ });
  await pair.ssh(`touch ${flagIn(pair, 'complete')}`);
  await stalled.hit;
  // The check before the shell has sent a part of its own.
  const isArrived = ({ path, query, status }: SeenRequest): boolean =>
    path.endsWith('/rootfs') && PART.test(query) && status === 200;
  await eventually(() => world.proxies.s3.requests.filter(isArrived).length === 2);
  const goOn = (): void => {
    stalled.lift();
  };
  return { pair, goOn };
}

describe('H3 an agent that is stopped in the middle of an upload', () => {
  it.each([
    { signal: 'SIGTERM', end: { code: 143, signal: null } },
    { signal: 'SIGKILL', end: { code: null, signal: 'SIGKILL' } },
  ] as const)(
    'by $signal: the next start sends only what is missing, under the same record',
    async ({ signal, end }) => {
      const world = await startWorld();
      const { pair, goOn } = await haltUpload(world);
      await pair.containers.agent.signal(signal);
      expect(await pair.containers.agent.ended).toEqual(end);
      const { id } = onlyRecord(world);
      expect(await world.unfinishedUploads()).toBe(1);
      goOn();
      const before = world.proxies.s3.requests.length;
      pair.restart('agent');
      expect((await pair.containers.agent.ended).code).toBe(0);
      expect(partsSent(world, before)).toEqual([3, 4, 5]);
      expect(onlyRecord(world).id).toBe(id);
      await expectPublished(world, pair.job);
      const { directory } = await download(world);
      const unpacked = describeTree(await unpackArchive(`${directory}/rootfs`));
      expect([...unpacked]).toEqual([...describeTree(pair.volume.imageRoot)]);
    },
  );

  it('that is told a later pod goes on says no error to IMS meanwhile', async () => {
    const world = await startWorld();
    const pair = await world.startPair({ action: 'create', agentEnv: { IMS_RESUMED_LATER: 'true' } });
    const held = world.proxies.s3.on({ fault: 'stall', method: 'PUT', path: /\/kernel/ });
    await held.hit;
    await pair.containers.agent.signal('SIGTERM');
    expect((await pair.containers.agent.ended).code).toBe(143);
    expect(world.ims.jobs()).toMatchObject([{ status: 'packaging_artifacts' }]);
    held.lift();
    pair.restart('agent');
    expect((await pair.containers.agent.ended).code).toBe(0);
    await expectPublished(world, pair.job);
  });
});
