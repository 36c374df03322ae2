// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { describe, expect, it } from 'vitest';

import { JOB, newWorld, referenceEnds, runIn, type World } from './support/world.ts';

/** Every effect of an undisturbed job, before and after it. */
async function effectsOf(action: 'create' | 'customize'): Promise<string[]> {
  const points: string[] = [];
  const world = newWorld();
  referenceEnds(world);
  await runIn(world, { settings: { action }, around: (what) => Promise.resolve(void points.push(what)) });
  return points;
}

/** Runs to the point, where the agent stops for ever, or to its end when that comes first. */
async function killAt(world: World, action: 'create' | 'customize', point: number): Promise<void> {
  let count = 0;
  await new Promise<void>((resolve) => {
    void runIn(world, {
      settings: { action },
      around: async () => {
        count += 1;
        if (count <= point) return;
        resolve();
        await new Promise(() => undefined);
      },
    }).then(() => {
      resolve();
    });
  });
}

function expectPublishedOnce(world: World): void {
  const id = `image-of-${JOB}`;
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
      await killAt(world, action, point);
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
        await killAt(world, action, first);
        await killAt(world, action, second);
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
