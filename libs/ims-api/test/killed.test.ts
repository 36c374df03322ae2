// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { fileURLToPath } from 'node:url';
import { afterEach, expect, it } from 'vitest';

import { cleanUp, eventually, NODE, spawnProgram, type FaultRule } from '@ims/testing';
import { createWorld, SECRET, type World } from './world.ts';

afterEach(cleanUp);

function start(world: World) {
  const { url, path, jobId, tokens } = world;
  const job = JSON.stringify({ url, tokenUrl: tokens.url, clientSecret: SECRET, path, jobId });
  const program = fileURLToPath(new URL('one-job.ts', import.meta.url));
  return spawnProgram({ app: 'one-job', command: [NODE, program], args: [job] });
}

/** Starts the program and kills it when the request has met the rule, as far as the rule lets that come. */
async function killAt(world: World, rule: FaultRule): Promise<void> {
  const fault = world.proxy.on({ times: 1, ...rule });
  const program = start(world);
  const wanted = rule.when === 'after' ? 1 : 0;
  await eventually(() => world.proxy.requests.some(({ fault, delivered }) => fault === 'stall' && delivered >= wanted));
  program.kill('SIGKILL');
  await program.ended;
  fault.lift();
}

const MOMENTS: readonly [string, FaultRule][] = [
  ['the status', { fault: 'stall', method: 'PATCH', path: /jobs/ }],
  ['the look before the creation', { fault: 'stall', method: 'GET', path: /images/ }],
  ['the creation', { fault: 'stall', method: 'POST' }],
  ['the look after the creation', { fault: 'stall', method: 'GET', path: /images/, nth: 2 }],
  ['the link', { fault: 'stall', method: 'PATCH', path: /images/ }],
  ['the result', { fault: 'stall', method: 'PATCH', path: /jobs/, nth: 2 }],
  ['the last status', { fault: 'stall', method: 'PATCH', path: /jobs/, nth: 3 }],
];

const cases = MOMENTS.flatMap(([what, rule]) =>
  (['before', 'after'] as const).map((when) => [when, what, { ...rule, when }] as const),
);

it.each(cases)(
  'H3 an agent killed %s %s is done leaves one record, linked, announced, once it has run again',
  async (...[, , rule]) => {
    const world = await createWorld();
    await killAt(world, rule);
    expect(await start(world).ended).toEqual({ code: 0, signal: null });
    const images = world.ims.images();
    expect(images).toHaveLength(1);
    expect(images[0]?.link).not.toBeNull();
    expect(world.result()).toBe(images[0]?.id);
    expect(world.status()).toBe('success');
  },
);

it('H3 an older server that takes no tag has one record with a link, after a kill in the creation', async () => {
  const world = await createWorld({ metadata: 'refused' });
  await killAt(world, { fault: 'stall', method: 'POST', nth: 2, when: 'after' });
  const [orphan] = world.ims.images();
  expect(await start(world).ended).toEqual({ code: 0, signal: null });
  const linked = world.ims.images().filter(({ link }) => link !== null);
  expect(linked.map(({ id }) => id)).toEqual([world.result()]);
  expect(world.result()).not.toBe(orphan?.id);
  expect(world.status()).toBe('success');
});
