// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { access, mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { ARTIFACTS, encodeManifest, manifestOf, type ArtifactName } from '@ims/contract';
import { cleanUp, startFakeIms, temporaryDirectory, type FakeIms } from '../src/index.ts';
import { call, type Answer } from './ims-calls.ts';

afterEach(cleanUp);

const LINK = { path: 's3://boot-images/one/manifest.json', etag: 'abc', type: 's3' };

let directory = '';
let ims: FakeIms;
let id = '';

beforeEach(async () => {
  directory = await temporaryDirectory('objects');
  ims = await startFakeIms({ s3: { directory } });
  id = (await call(ims, 'POST images', { name: 'one' })).body.id;
});

const put = async (key: string, content: string | Buffer = 'bytes') => {
  await mkdir(dirname(`${directory}/boot-images/${key}`), { recursive: true });
  await writeFile(`${directory}/boot-images/${key}`, content);
};
const isThere = async (key: string) =>
  await access(`${directory}/boot-images/${key}`).then(
    () => true,
    () => false,
  );
const link = async (changes: object = {}, image = id): Promise<Answer> =>
  await call(ims, `PATCH images/${image}`, { link: { ...LINK, ...changes } });

/** A manifest as we write it, with its objects. */
const publish = async (names: readonly ArtifactName[] = ['rootfs', 'kernel', 'initrd']) => {
  const stored = names.map((name) => ({
    ...{ name, type: ARTIFACTS[name].mime, path: `s3://boot-images/one/${name}` },
    ...{ size: 5, md5: 'm', sha256: 's', etag: 'e' },
  }));
  for (const name of names) await put(`one/${name}`);
  await put('one/manifest.json', encodeManifest(manifestOf(stored, new Date(), 's3')));
};

describe('a link', () => {
  it('is stored when the manifest and all that it names are there, and may be given again', async () => {
    await publish();
    expect(await link()).toMatchObject({ status: 200, body: { id, link: LINK } });
    await rm(`${directory}/boot-images/one/manifest.json`);
    expect(await link()).toMatchObject({ status: 200, body: { link: LINK } });
  });

  it('is a conflict when there is another one', async () => {
    await publish();
    await link();
    expect(await link({ etag: 'other' })).toMatchObject({ status: 409, type: 'application/problem+json' });
    expect(ims.images()).toMatchObject([{ link: LINK }]);
  });

  it('may have an etag that is not the right one', async () => {
    await publish();
    expect(await link({ etag: 'wrong' })).toMatchObject({ status: 200 });
  });

  it('that another image has is refused', async () => {
    await publish();
    await link();
    const other = (await call(ims, 'POST images', { name: 'two' })).body.id;
    expect(await link({}, other)).toMatchObject({ status: 422 });
    expect(await call(ims, 'POST images', { name: 'three', link: LINK })).toMatchObject({ status: 422 });
  });

  it('is refused without the manifest', async () => {
    expect(await link()).toMatchObject({ status: 422, type: 'application/problem+json' });
  });

  it.each(['rootfs', 'kernel', 'initrd'])('is refused as long as the %s is missing', async (name) => {
    await publish();
    await rm(`${directory}/boot-images/one/${name}`);
    expect(await link()).toMatchObject({ status: 422 });
    expect(ims.images()).toMatchObject([{ link: null }]);
    await put(`one/${name}`);
    expect(await link()).toMatchObject({ status: 200 });
  });

  it.each([
    ['another type', { type: 'file' }],
    ['no path', { path: undefined }],
    ['an unknown field', { md5: 'x' }],
    ['a directory', { path: 's3://boot-images/one' }],
    ['a way out of the store', { path: 's3://boot-images/../../etc/passwd' }],
  ])('with %s is refused', async (_, changes) => {
    await publish();
    expect(await link(changes)).toMatchObject({ status: 422 });
  });

  const artifact = { type: ARTIFACTS.rootfs.mime, link: { type: 's3', path: 's3://boot-images/one/rootfs' } };
  it.each([
    ['no JSON', 500, 'no json'],
    ['no UTF-8', 500, Buffer.from([0x7b, 0xff, 0x7d])],
    ['a list', 500, '[1]'],
    ['no version', 422, JSON.stringify({ artifacts: [artifact] })],
    ['another version', 422, JSON.stringify({ version: '2.0', artifacts: [artifact] })],
    ['no artifacts', 422, JSON.stringify({ version: '1.0' })],
    ['an artifact without a link', 422, JSON.stringify({ version: '1.0', artifacts: [{ type: 'x' }] })],
    ['no root', 400, JSON.stringify({ version: '1.0', artifacts: [] })],
    ['two roots', 400, JSON.stringify({ version: '1.0', artifacts: [artifact, artifact] })],
    ['a mebibyte', 400, Buffer.alloc(1024 * 1024, ' ')],
  ])('to a manifest with %s is a %i', async (_, status, manifest) => {
    await put('one/rootfs');
    await put('one/manifest.json', manifest);
    expect(await link()).toMatchObject({ status });
    expect(ims.images()).toMatchObject([{ link: null }]);
  });

  it('is not looked at without a store', async () => {
    ims = await startFakeIms();
    id = (await call(ims, 'POST images', { name: 'one' })).body.id;
    expect(await link()).toMatchObject({ status: 200 });
  });
});

describe('an image with a link that is deleted', () => {
  it('takes its objects with it', async () => {
    await publish();
    await put('two/rootfs');
    await link();
    expect(await call(ims, `DELETE images/${id}`)).toMatchObject({ status: 204 });
    expect(await isThere('one/rootfs')).toBe(false);
    expect(await isThere('one')).toBe(false);
    expect(await isThere('two/rootfs')).toBe(true);
  });

  it('leaves them when asked to', async () => {
    await publish();
    await link();
    expect(await call(ims, `DELETE images/${id}?cascade=false`)).toMatchObject({ status: 204 });
    expect(await isThere('one/manifest.json')).toBe(true);
  });

  it('leaves what no manifest is linked to', async () => {
    await publish();
    expect(await call(ims, `DELETE images/${id}`)).toMatchObject({ status: 204 });
    expect(await isThere('one/rootfs')).toBe(true);
  });
});
