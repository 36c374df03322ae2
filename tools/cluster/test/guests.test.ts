// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { mkdir } from 'node:fs/promises';

import { cleanUp, temporaryDirectory } from '@ims/testing';
import { afterEach, describe, expect, it, vi } from 'vitest';

import { noteHost, visit } from '../src/guests.ts';
import { layoutOf, type Layout } from '../src/layout.ts';

afterEach(cleanUp);

/** Of a cluster of which nothing but the directory is there. */
async function clusterOf(host: 'person' | 'tests'): Promise<Layout> {
  const layout = layoutOf({ IMS_TEST_CLUSTER_STATE: `${await temporaryDirectory('cluster')}/state` });
  await mkdir(layout.state);
  await noteHost(layout, host, 'down');
  return layout;
}

describe('a test run that uses the cluster', () => {
  it('takes down what tests have brought up, when it is the last to leave', async () => {
    const layout = await clusterOf('tests');
    const takeDown = vi.fn(async () => {});
    const [first, second] = [await visit(layout, takeDown), await visit(layout, takeDown)];
    await first();
    expect(takeDown).not.toHaveBeenCalled();
    await second();
    expect(takeDown).toHaveBeenCalledOnce();
  });

  it('leaves alone what was up before', async () => {
    const layout = await clusterOf('person');
    await noteHost(layout, 'tests', 'up');
    const takeDown = vi.fn(async () => {});
    await (
      await visit(layout, takeDown)
    )();
    expect(takeDown).not.toHaveBeenCalled();
  });

  it('leaves alone what a person has asked for meanwhile', async () => {
    const layout = await clusterOf('tests');
    const takeDown = vi.fn(async () => {});
    const leave = await visit(layout, takeDown);
    await noteHost(layout, 'person', 'up');
    await leave();
    expect(takeDown).not.toHaveBeenCalled();
  });
});
