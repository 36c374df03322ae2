// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import fc from 'fast-check';

import { createDirectoryRegistry } from '../src/index.ts';
import { never } from './sources.ts';

const jobId = '6f1c7a52-0b6e-4c0e-9f2d-1f3a5b7c9d11';
const now = () => new Date('2026-11-23T05:40:11Z');
let directory: string;

beforeEach(async () => {
  await mkdir('/var/lib/ims-test', { recursive: true });
  directory = await mkdtemp('/var/lib/ims-test/registry-');
});
afterEach(async () => {
  await rm(directory, { recursive: true, force: true });
});

const registry = () => createDirectoryRegistry({ directory, arch: 'x86_64', clock: { now } });
const create = async (imageName = 'image', job = jobId) => await registry().create({ jobId: job, imageName }, never);
const read = (id: string): unknown => JSON.parse(readFileSync(`${directory}/${id}/image.json`, 'utf8'));
const manifest = { path: '/store/manifest.json', etag: 'abc', linkType: 'file' } as const;
const link = async (imageId: string, changes = {}) =>
  await registry().link({ imageId, imageName: 'image', jobId }, { ...manifest, ...changes }, never);

describe('a directory registry', () => {
  it('writes the record that IMS would have', async () => {
    const id = await create('größe');
    expect(read(id)).toEqual({
      ...{ id, name: 'größe', created: '2026-11-23T05:40:11.000Z', arch: 'x86_64', link: null },
      metadata: { job: jobId },
    });
    await link(id);
    expect(read(id)).toMatchObject({ link: { path: '/store/manifest.json', etag: 'abc', type: 'file' } });
  });

  it('H3 gives a job the same image however often it is asked, and one record', async () => {
    const ids = [await create(), await create(), await create()];
    expect(new Set(ids).size).toBe(1);
    expect(readdirSync(directory)).toEqual([ids[0]]);
    expect(await create('image', randomUUID())).not.toBe(ids[0]);
  });

  it('H3 goes on after a crash at any instant of create and of link', async () => {
    const id = await create();
    const record = readFileSync(`${directory}/${id}/image.json`);
    const crashes = [
      () => execFileSync('rm', ['-r', `${directory}/${id}`]),
      () => execFileSync('rm', [`${directory}/${id}/image.json`]),
      () => writeFileSync(`${directory}/${id}/.image.json.partial`, record.subarray(0, 20)),
    ];
    for (const crash of crashes) {
      crash();
      expect(await create()).toBe(id);
      expect(read(id)).toMatchObject({ id, link: null });
    }
    await link(id);
    await link(id);
    expect(await create()).toBe(id);
    expect(readdirSync(`${directory}/${id}`)).toEqual(['image.json']);
    expect(read(id)).toMatchObject({ link: { etag: 'abc' } });
  });

  it('an image that is linked to one manifest is never linked to another', async () => {
    const id = await create();
    await link(id);
    await expect(link(id, { etag: 'other' })).rejects.toMatchObject({ reason: 'RegistrationFailed' });
    expect(read(id)).toMatchObject({ link: { etag: 'abc' } });
  });

  it('H11 any image name works and comes back as it was', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary' }), fc.uuid(), async (name, job) => {
        expect(read(await create(name, job))).toMatchObject({ name });
      }),
      { numRuns: 50 },
    );
    for (const name of ['-rf', '../../x', 'a/b', '"\'$(id)', 'new\nline', '.', '']) {
      expect(read(await create(name, randomUUID()))).toMatchObject({ name });
    }
  });

  it('any job id gives a UUID of version 5', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary' }), async (job) => {
        const id = await create('x', job);
        expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      }),
      { numRuns: 50 },
    );
  });

  it.each(['{', '[]', '{"id":1}', '', '{"id":"a","name":"b","created":"c","arch":"d","link":7,"metadata":{}}'])(
    'a record that reads %j is an error that names the file',
    async (text) => {
      const id = await create();
      writeFileSync(`${directory}/${id}/image.json`, text);
      await expect(create()).rejects.toMatchObject({
        reason: 'RegistrationFailed',
        message: `${directory}/${id}/image.json is no image record`,
      });
    },
  );

  it('says when it cannot be written, and when there is no record to link', async () => {
    const gone = createDirectoryRegistry({ directory: `${directory}/gone`, arch: 'x86_64' });
    await expect(gone.create({ jobId, imageName: 'x' }, never)).rejects.toMatchObject({ reason: 'RegistrationFailed' });
    await expect(link(randomUUID())).rejects.toMatchObject({ reason: 'RegistrationFailed' });
    await expect(link('../../etc')).rejects.toMatchObject({ reason: 'ConfigurationInvalid' });
  });

  it('H16 a full disk is said as such', async () => {
    mkdirSync(`${directory}/small`);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'nr_inodes=2', 'none', `${directory}/small`]);
    try {
      const small = createDirectoryRegistry({ directory: `${directory}/small`, arch: 'x86_64' });
      await expect(small.create({ jobId, imageName: 'x' }, never)).rejects.toMatchObject({ reason: 'NoSpace' });
    } finally {
      execFileSync('umount', [`${directory}/small`]);
    }
  });
});
