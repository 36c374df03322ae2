// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { describe, expect, it } from 'vitest';

import { killAt, newWorld, referenceEnds, refusing, runIn, type World } from './support/world.ts';

/** Every effect of an undisturbed job, before and after it. */
async function effectsOf(action: 'create' | 'customize'): Promise<string[]> {
  const points: string[] = [];
  const world = newWorld();
  referenceEnds(world);
  await runIn(world, { settings: { action }, around: (what) => Promise.resolve(void points.push(what)) });
  return points;
}

function expectPublishedOnce(world: World): void {
  const [id = 'none'] = world.records.keys();
  expect([...world.records]).toEqual([[id, `/${id}/manifest.json`]]);
  expect([...world.objects.keys()].sort()).toEqual(
    [`${id}/initrd`, `${id}/kernel`, `${id}/manifest.json`, `${id}/rootfs`].sort(),
  );
}

describe.each(['customize', 'create'] as const)('H3 a %s job whose agent is killed', (action) => {
  it('at any instant is published once, under one image id, by the next start', async () => {
    const points = await effectsOf(action);
    expect(points.length).toBeGreaterThan(15);
    for (const [point] of points.entries()) {
      const world = newWorld();
      referenceEnds(world);
      await killAt(world, point, { settings: { action } });
      const last = await runIn(world, { settings: { action } });
      expect([points[point], last.phase]).toEqual([points[point], 'Succeeded']);
      expectPublishedOnce(world);
    }
  });

  it('at any two instants is published once', async () => {
    const points = await effectsOf(action);
    for (const [first] of points.entries()) {
      for (let second = 0; second < points.length - first; second += 5) {
        const world = newWorld();
        referenceEnds(world);
        await killAt(world, first, { settings: { action } });
        await killAt(world, second, { settings: { action } });
        const last = await runIn(world, { settings: { action } });
        expect([points[first], second, last.phase]).toEqual([points[first], second, 'Succeeded']);
        expectPublishedOnce(world);
      }
    }
  });

  it('after it had published changes nothing', async () => {
    const world = newWorld();
    referenceEnds(world);
    await runIn(world, { settings: { action } });
    const before = [...world.objects];
    expect((await runIn(world, { settings: { action } })).phase).toBe('Succeeded');
    expect([...world.objects]).toEqual(before);
  });
});

describe('H3 a job that fails for good and is killed meanwhile', () => {
  const failing = { settings: { action: 'create' }, ports: refusing('initrd') } as const;

  it('at any instant leaves no orphan once it is started again without the cause', async () => {
    const points: string[] = [];
    await runIn(newWorld(), { ...failing, around: (what) => Promise.resolve(void points.push(what)) });
    expect(points).toContain('after discard');
    for (const [point] of points.entries()) {
      const world = newWorld();
      await killAt(world, point, failing);
      let last = await runIn(world, { settings: { action: 'create' } });
      // Killed between the end of the record and the note of it, the next start finds out and begins anew.
      if (last.phase !== 'Succeeded') last = await runIn(world, { settings: { action: 'create' } });
      expect([points[point], last.phase]).toEqual([points[point], 'Succeeded']);
      expectPublishedOnce(world);
      expect(world.did.filter((what) => what === 'pack').length).toBeLessThan(3);
    }
  });
});
