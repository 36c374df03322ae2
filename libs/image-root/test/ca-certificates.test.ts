// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { chmod, lstat, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { copyCertificates } from '../src/index.ts';

import { run } from './programs.ts';
import { makeVolume, plant, text } from './volume.ts';

/** A directory as the kubelet mounts a ConfigMap. */
const CONFIG_MAP = {
  '..2024_11_23_05_40_11.1234/certificate_authority.crt': 'the CA',
  '..data': '-> ..2024_11_23_05_40_11.1234',
  'certificate_authority.crt': '-> ..data/certificate_authority.crt',
};

describe('the CA', () => {
  it('H24 lands in the image as plain files of root', async () => {
    await using volume = await makeVolume({});
    const from = join(volume.parent, 'ca');
    await plant(from, CONFIG_MAP);
    const done = await copyCertificates({ root: volume.root, from });
    expect(done).toEqual({ written: ['/etc/cray/ca/certificate_authority.crt'], removed: [], notes: [] });
    expect(await readdir(join(volume.at, 'etc/cray/ca'))).toEqual(['certificate_authority.crt']);
    const stats = await lstat(join(volume.at, 'etc/cray/ca/certificate_authority.crt'));
    expect([stats.isFile(), stats.mode & 0o7777, stats.uid, stats.gid]).toEqual([true, 0o644, 0, 0]);
    expect(await text(volume, 'etc/cray/ca/certificate_authority.crt')).toBe('the CA');
  });

  it('H24 replaces an earlier link farm, and old copies do not pile up', async () => {
    const farm = Object.fromEntries(
      Object.entries(CONFIG_MAP).map(([name, content]) => [`etc/cray/ca/${name}`, content]),
    );
    await using volume = await makeVolume({
      ...farm,
      'etc/cray/ca/..2023_01_01_00_00_00.99/old.crt': 'old',
      'etc/cray/ca/gone.crt': '-> ..data/gone.crt',
      'etc/cray/ca/site.crt': 'of the site',
      'etc/cray/ca/..data_tmp': '-> ../../../../outside',
    });
    const from = join(volume.parent, 'ca');
    await plant(from, CONFIG_MAP);
    const done = await copyCertificates({ root: volume.root, from });
    expect(await readdir(join(volume.at, 'etc/cray/ca'))).toEqual(['certificate_authority.crt', 'site.crt']);
    expect(done.removed).toHaveLength(6);
    expect(await readdir(volume.outside)).toHaveLength(2);
  });

  it('H24 is not written again when it is right, and mended when it is not', async () => {
    await using volume = await makeVolume({});
    const from = join(volume.parent, 'ca');
    await plant(from, { 'a.crt': 'A', 'b.crt': 'B' });
    const job = { root: volume.root, from };
    await copyCertificates(job);
    expect((await copyCertificates(job)).written).toEqual([]);
    await chmod(join(volume.at, 'etc/cray/ca/b.crt'), 0o666);
    expect((await copyCertificates(job)).written).toEqual(['/etc/cray/ca/b.crt']);
    expect((await stat(join(volume.at, 'etc/cray/ca/b.crt'))).mode & 0o777).toBe(0o644);
  });

  it('H24 that is not mounted is said and is no error', async () => {
    await using volume = await makeVolume({});
    const from = join(volume.parent, 'none');
    expect(await copyCertificates({ root: volume.root, from })).toEqual({
      written: [],
      removed: [],
      notes: [`there is no CA directory ${from}`],
    });
    expect(await readdir(volume.at)).toEqual([]);
  });

  it('leaves out what is no regular file, and says so', async () => {
    await using volume = await makeVolume({});
    const from = join(volume.parent, 'ca');
    await plant(from, { 'a.crt': 'A', directory: '/', dangling: '-> nowhere' });
    await run('mkfifo', join(from, 'fifo'));
    const { written, notes } = await copyCertificates({ root: volume.root, from });
    expect(written).toEqual(['/etc/cray/ca/a.crt']);
    expect(notes).toHaveLength(3);
  });

  it('H27 is not written through a directory that leads out', async () => {
    for (const place of ['etc', 'etc/cray', 'etc/cray/ca']) {
      await using volume = await makeVolume({ [place]: '-> ../../../../outside' });
      const from = join(volume.parent, 'ca');
      await plant(from, { 'a.crt': 'A' });
      const copying = copyCertificates({ root: volume.root, from });
      await expect(copying).rejects.toMatchObject({ reason: 'PathEscapesRoot' });
      expect((await readdir(volume.outside)).sort()).toEqual(['a', 'secret']);
    }
  });

  it('is refused when a directory stands where a file must be', async () => {
    await using volume = await makeVolume({ 'etc/cray/ca/a.crt': '/' });
    const from = join(volume.parent, 'ca');
    await plant(from, { 'a.crt': 'A' });
    await expect(copyCertificates({ root: volume.root, from })).rejects.toMatchObject({ reason: 'ImageInvalid' });
  });
});
