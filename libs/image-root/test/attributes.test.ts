// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { lstat, mkdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';

import { layoutOf } from '@ims/contract';
import { createRunner } from '@ims/process';
import { silentLogger, type Runner } from '@ims/runtime';
import { cleanUp, recordingLogger, temporaryDirectory } from '@ims/testing';

import {
  clearStaleFlags,
  copyCertificates,
  createAttributes,
  inspectLocked,
  openImageRoot,
  openVolume,
  refuseLocked,
  removePath,
  restore,
  saveAndInstall,
  tightenImageDirectory,
  type Attributes,
} from '../src/index.ts';
import { run } from './programs.ts';
import { makeVolume, plant, text, type Volume } from './volume.ts';

afterEach(cleanUp);

const runner = createRunner({ logger: silentLogger });
const attributes = createAttributes({ runner, logger: silentLogger });

/** As in a container without CAP_LINUX_IMMUTABLE. */
const poorRunner: Runner = {
  run: async ({ program, args, ...rest }) =>
    await runner.run({ ...rest, program: 'setpriv', args: ['--bounding-set=-linux_immutable', program, ...args] }),
};
const poor: Attributes = {
  ...createAttributes({ runner: poorRunner, logger: silentLogger }),
  mayLift: async () => await Promise.resolve(false),
};

async function chattr(flags: string, volume: Volume, ...paths: string[]): Promise<void> {
  await run('chattr', flags, ...paths.map((path) => join(volume.at, path)));
}

/** What a message advises to run, run to the letter. */
async function follow(message: string): Promise<void> {
  const command = /run: (chattr .*?)( where |$)/.exec(message)?.[1];
  if (command === undefined) throw new Error(`no command in: ${message}`);
  await run('sh', '-c', command);
}

describe('immutable and append-only entries of the image', () => {
  const cases: readonly { what: string; flags: string; paths: readonly string[] }[] = [
    { what: 'an immutable resolv.conf', flags: '+i', paths: ['etc/resolv.conf'] },
    { what: 'an append-only resolv.conf', flags: '+a', paths: ['etc/resolv.conf'] },
    { what: 'an immutable /etc', flags: '+i', paths: ['etc'] },
    { what: 'an append-only /etc with an immutable resolv.conf', flags: '+ia', paths: ['etc', 'etc/resolv.conf'] },
  ];

  it.each(cases)('H1 give the image its own resolv.conf back: $what', async ({ flags, paths }) => {
    await using volume = await makeVolume({ 'etc/resolv.conf': 'own\n', '../pod': "the pod's\n" });
    await using root = await openImageRoot(volume.at, attributes);
    const places = { root, savedIn: join(volume.parent, 'private') };
    await chattr(flags, volume, ...paths);
    const installed = await saveAndInstall({ ...places, podResolvConf: join(volume.parent, 'pod') });
    expect(installed.did).toBe('installed');
    await chattr(flags, volume, ...paths);
    expect((await restore(places)).did).toBe('restored');
    expect(await text(volume, 'etc/resolv.conf')).toBe('own\n');
  });

  it('H24 do not keep the CA out of the image', async () => {
    await using volume = await makeVolume({
      'etc/cray/ca/ca.crt': 'old',
      'etc/cray/ca/..data/x': 'farm',
      '../ca/ca.crt': 'new',
    });
    await using root = await openImageRoot(volume.at, attributes);
    await chattr('+i', volume, 'etc/cray/ca/ca.crt', 'etc/cray/ca/..data/x', 'etc/cray/ca/..data', 'etc/cray/ca');
    const copied = await copyCertificates({ root, from: join(volume.parent, 'ca') });
    expect(copied).toMatchObject({ written: ['/etc/cray/ca/ca.crt'], removed: ['/etc/cray/ca/..data'] });
    expect(await text(volume, 'etc/cray/ca/ca.crt')).toBe('new');
  });

  it('H21 do not keep flags in the image: an append-only /tmp, an immutable flag', async () => {
    await using volume = await makeVolume({ 'tmp/complete': '', 'tmp/failed': 'x' });
    await using root = await openImageRoot(volume.at, attributes);
    await chattr('+i', volume, 'tmp/failed');
    await chattr('+a', volume, 'tmp');
    expect((await clearStaleFlags(root)).removed).toEqual(['/tmp/complete', '/tmp/failed']);
  });

  it('H25 are tightened in /image, whatever bytes their names hold', async () => {
    await using volume = await makeVolume({ 'image/a/b.sh': 'x', 'image/-n': 'x', 'image/two\nlines': 'x', data: 'x' });
    await using root = await openImageRoot(volume.at, attributes);
    const odd = Buffer.concat([Buffer.from(`${volume.at}/image/`), Buffer.from([0xff, 0x27, 0x25, 0x73])]);
    await writeFile(odd, 'x');
    await symlink('/data', join(volume.at, 'image/link'));
    await run('sh', '-c', 'cd "$0" && find image ! -type l -exec chattr +i {} + && chattr +i data', volume.at);
    expect(await tightenImageDirectory(root)).toEqual({ tightened: 7 });
    for (const path of ['image/-n', 'image/two\nlines'])
      expect((await lstat(join(volume.at, path))).mode & 0o777).toBe(0o600);
    expect((await lstat(odd)).mode & 0o777).toBe(0o600);
    expect((await stat(join(volume.at, 'image/a/b.sh'))).mode & 0o777).toBe(0o700);
    // Nothing else loses what its owner gave it: not what a link leads to either.
    expect(await locked(volume, 'data')).toEqual([join(volume.at, 'data')]);
  });

  it('are removed with the working copy, links themselves', async () => {
    await using volume = await makeVolume({ 'gone/a/b/c': 'x', 'gone/d': 'x', kept: 'x' });
    await symlink('../kept', join(volume.at, 'gone/link'));
    await chattr('+i', volume, 'gone/a/b/c', 'gone/a/b', 'gone/d', 'kept');
    await chattr('+a', volume, 'gone/a', 'gone');
    expect(await removePath(join(volume.at, 'gone'), attributes)).toBe(true);
    expect(await removePath(join(volume.at, 'gone'), attributes)).toBe(false);
    expect(await removePath(join(volume.at, 'no/where'), attributes)).toBe(false);
    expect(await locked(volume, 'kept')).toHaveLength(1);
  });

  it('are removed however deep they lie', async () => {
    await using volume = await makeVolume({ 'gone/f': 'x' });
    const script =
      'i=0; while [ $i -lt 250 ]; do mkdir d; cd d; i=$((i+1)); done; echo x > f; chattr +i f .; chattr +a ..';
    await run('sh', '-c', `cd "$0/gone" && ${script}`, volume.at);
    await chattr('+i', volume, 'gone');
    expect(await removePath(join(volume.at, 'gone'), attributes)).toBe(true);
  });

  it('are told once, with what becomes of them', async () => {
    await using volume = await makeVolume({ 'tmp/complete': '', 'tmp/failed': '' });
    const logger = recordingLogger();
    await using root = await openImageRoot(volume.at, createAttributes({ runner, logger }));
    await chattr('+i', volume, 'tmp/complete', 'tmp/failed');
    await clearStaleFlags(root);
    const said = logger.entries.filter(({ level }) => level === 'warn').map(({ message }) => message);
    expect(said).toEqual([expect.stringMatching(/tmp\/complete: .*a squashfs cannot hold them$/)]);
  });
});

describe('a volume that was used', () => {
  it('is prepared although everything on it is immutable', async () => {
    const parent = await temporaryDirectory('volume');
    const layout = layoutOf({ parent, action: 'customize', jailed: false });
    await plant(parent, { 'image-root/etc/f': 'old', failed: 'old', '.ims/unpacked/f': 'half' });
    await run('chattr', '-R', '+i', parent);
    const volume = openVolume({ layout, job: 'f2c9c2bd-67a4-4b6a-9c83-4e3ccbd2d7a5', attributes });
    expect(await volume.clear()).toEqual(['failed', 'image-root']);
    const place = await volume.freshPlace();
    await mkdir(place);
    await writeFile(join(place, 'f'), 'new');
    await run('chattr', '+i', place);
    await volume.keep();
    await run('chattr', '+i', parent, join(parent, '.ims'));
    await volume.moveIn();
    expect(await readFile(join(parent, 'image-root/f'), 'utf8')).toBe('new');
  });
});

describe('without CAP_LINUX_IMMUTABLE', () => {
  it('what stands in the way is named with the command, and following it helps', async () => {
    await using volume = await makeVolume({ 'tmp/complete': '', 'etc/resolv.conf': 'own', "image/it's": 'x' });
    await using root = await openImageRoot(volume.at, poor);
    await chattr('+i', volume, 'etc/resolv.conf', 'tmp/complete', "image/it's");
    const finding = await inspectLocked(root, volume.at);
    expect(finding?.message).toMatch(/resolv\.conf and 2 more cannot be changed: .*"immutable".*; run: chattr -i -a /);
    await expect(refuseLocked(root)).rejects.toMatchObject({ reason: 'PlatformUnavailable' });
    const failure: unknown = await clearStaleFlags(root).catch((error: unknown) => error);
    expect(failure).toMatchObject({ reason: 'PlatformUnavailable' });
    expect(String(failure)).toContain('/tmp/complete cannot be changed');
    await follow(finding?.message ?? '');
    expect(await inspectLocked(root, volume.at)).toBeUndefined();
    await refuseLocked(root);
    expect((await clearStaleFlags(root)).removed).toEqual(['/tmp/complete']);
  });

  it('the user of a jail gets the command for his own view', async () => {
    await using volume = await makeVolume({ 'tmp/failed': '', 'etc/resolv.conf': 'own' });
    await using root = await openImageRoot(volume.at, poor);
    expect(await inspectLocked(root, '')).toBeUndefined();
    await chattr('+a', volume, 'tmp');
    expect((await inspectLocked(root, ''))?.message).toMatch(/; run: chattr -i -a \/tmp$/);
    await chattr('-a', volume, 'tmp');
  });
});

async function locked(volume: Volume, name: string): Promise<readonly string[]> {
  await using directory = await volume.root.directory('/');
  if (directory === undefined) throw new Error('the root is there');
  return await attributes.find(directory, [name]);
}
