// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { readFile, stat, writeFile } from 'node:fs/promises';
import { afterEach, expect, it } from 'vitest';

import { cleanUp, eventually, type FaultRule } from '@ims/testing';
import { createWorld, NEVER } from './world.ts';

afterEach(cleanUp);

const PASSING: readonly [string, FaultRule][] = [
  ['a 500', { fault: '500' }],
  ['a 503 in HTML', { fault: '503', dialect: 'html' }],
  ['a lying 200', { fault: 'lying-200' }],
  ['a lying 200 with a foreign record', { fault: 'lying-200', body: '[]' }],
  ['a reset before', { fault: 'reset', when: 'before' }],
  ['a reset after', { fault: 'reset', when: 'after' }],
  ['a half-closed answer', { fault: 'half-close' }],
  ['a truncated answer', { fault: 'truncated-body' }],
  ['a hang', { fault: 'stall' }],
  ['a second delivery', { fault: 'duplicate' }],
];

it.each(PASSING)('H2 a status meets %s, is tried again and arrives', async (_, rule) => {
  const world = await createWorld({ deadlineMs: 300 });
  world.proxy.on({ method: 'PATCH', times: 2, ...rule });
  const outbox = await world.openOutbox();
  outbox.tell('waiting_on_user');
  await outbox.settled(NEVER);
  expect(world.status()).toBe('waiting_on_user');
  expect(outbox.state()).toMatchObject({ pending: [], accepted: 'waiting_on_user' });
});

it('H4 IMS is away for long: nobody waits, the last status wins and arrives when IMS is back', async () => {
  const world = await createWorld();
  await world.ims.pause();
  const outbox = await world.openOutbox();
  for (const status of ['waiting_on_user', 'packaging_artifacts', 'error']) outbox.tell(status);
  await eventually(() => world.logger.messages('warn').length > 3);
  expect(outbox.state().pending).toEqual(['telling IMS the status error']);
  await world.ims.resume();
  await outbox.settled(NEVER);
  expect(world.status()).toBe('error');
  expect(world.ims.calls.filter(({ method }) => method === 'PATCH')).toHaveLength(1);
});

it('a status that is on its way is finished before a newer one is sent', async () => {
  const world = await createWorld();
  const rule = world.proxy.on({ fault: 'slow-drip', method: 'PATCH', times: 1, everyMs: 1 });
  const outbox = await world.openOutbox();
  outbox.tell('waiting_on_user');
  await rule.hit;
  outbox.tell('packaging_artifacts');
  await outbox.settled(NEVER);
  expect(world.ims.calls.filter(({ method }) => method === 'PATCH').map(({ body }) => body)).toEqual([
    { status: 'waiting_on_user' },
    { status: 'packaging_artifacts' },
  ]);
});

it('H4 the last status is told again while the clean-up of IMS fails', async () => {
  const world = await createWorld();
  world.ims.failCleanup(3);
  const outbox = await world.openOutbox();
  outbox.tell('success');
  await outbox.settled(NEVER);
  expect(world.status()).toBe('success');
});

it('H2 a status that IMS will never take is given up with a warning, and the next one is told', async () => {
  const world = await createWorld();
  world.proxy.on({ fault: '403', method: 'PATCH', times: 1 });
  const outbox = await world.openOutbox();
  outbox.tell('waiting_on_user');
  await outbox.settled(NEVER);
  expect(world.logger.messages('warn')).toEqual(['IMS will never accept this call; it is given up']);
  outbox.tell('error');
  await outbox.settled(NEVER);
  expect(world.status()).toBe('error');
});

it('H2 what an earlier agent could not send is sent by the next one, in order', async () => {
  const world = await createWorld();
  await world.ims.pause();
  const first = await world.openOutbox();
  const registry = world.registryOf(first, 50);
  const image = { imageId: '00000000-0000-4000-8000-000000000000', imageName: 'an image', jobId: world.jobId };
  await expect(registry.announce(image, NEVER)).rejects.toMatchObject({ reason: 'ImsUnavailable' });
  first.tell('success');
  await eventually(async () => (await readFile(world.path, 'utf8').catch(() => '')).includes('"success"'));
  await first.close();
  await world.ims.resume();
  const second = await world.openOutbox();
  await second.settled(NEVER);
  expect(world.ims.calls.filter(({ method }) => method === 'PATCH').map(({ body }) => body)).toEqual([
    { resultant_image_id: image.imageId },
    { status: 'success' },
  ]);
});

it('H34 the outbox is readable by its owner alone and holds no secret', async () => {
  const world = await createWorld();
  const outbox = await world.openOutbox();
  await world.registryOf(outbox).create({ jobId: world.jobId, imageName: 'an image' }, NEVER);
  outbox.tell('error');
  await outbox.settled(NEVER);
  const seen = (await readFile(world.path, 'utf8')) + JSON.stringify(world.logger.entries);
  expect((await stat(world.path)).mode & 0o777).toBe(0o600);
  expect(seen).not.toContain('s3cret');
  for (const token of world.tokens.tokens) expect(seen).not.toContain(token);
});

it.each([
  ['damaged', '{"version": 1, "jo'],
  ['of another job', JSON.stringify({ version: 1, job: 'another', calls: [], record: { id: 'x' } })],
])('an outbox that is %s is set aside, said, and costs no job', async (_, text) => {
  const world = await createWorld();
  await writeFile(world.path, text);
  const outbox = await world.openOutbox();
  outbox.tell('error');
  await outbox.settled(NEVER);
  expect(world.status()).toBe('error');
  expect(await readFile(`${world.path}.set-aside`, 'utf8')).toBe(text);
  expect(world.logger.messages('warn')[0]).toMatch(/is set aside/);
});
