// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import fc from 'fast-check';
import { mkdir, mkdtemp, readdir, rename, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { openImageRoot } from '../src/index.ts';

import { makeVolume, plant, SECRET, type Tree } from './volume.ts';

const limit = { maxBytes: 1000 };

describe('paths inside the image root', () => {
  it('H27 follow relative and absolute links inside the root', async () => {
    await using volume = await makeVolume({
      'boot/vmlinuz-6.1': 'kernel',
      'boot/vmlinuz': '-> /boot/vmlinuz-6.1',
      'boot/relative': '-> ../boot/./vmlinuz',
      'usr/bin/sh': 'shell',
      bin: '-> usr/bin',
    });
    expect(await volume.root.readFile('/boot/vmlinuz', limit)).toEqual(Buffer.from('kernel'));
    expect(await volume.root.stat('boot/relative')).toMatchObject({ kind: 'file', path: '/boot/vmlinuz-6.1', size: 6 });
    expect(await volume.root.stat('/bin/sh')).toMatchObject({ path: '/usr/bin/sh' });
    expect(await volume.root.stat('/')).toMatchObject({ kind: 'directory', path: '/' });
  });

  it('H27 that climb above the root are refused and the link is named', async () => {
    const target = '../../../../etc/admin-client-auth/client-secret';
    await using volume = await makeVolume({ 'boot/initrd': `-> ${target}`, 'etc/x': '-> /../outside/secret' });
    await expect(volume.root.stat('/boot/initrd')).rejects.toMatchObject({
      reason: 'PathEscapesRoot',
      message: `/boot/initrd is a link to ${target}, which leads out of the image root`,
    });
    await expect(volume.root.openFile('/etc/x')).rejects.toMatchObject({ reason: 'PathEscapesRoot' });
    await expect(volume.root.readFile('/../outside/secret', limit)).rejects.toMatchObject({
      reason: 'PathEscapesRoot',
    });
  });

  it('H27 that are absolute links to files of the container are simply absent', async () => {
    await using volume = await makeVolume({});
    await symlink(join(volume.outside, 'secret'), join(volume.at, 'link'));
    expect(await volume.root.readFile('/link', limit)).toBeUndefined();
    expect(await volume.root.whyAbsent('/link')).toContain('/link is a link to');
  });

  it('H27 end in a clear error when links form a loop', async () => {
    await using volume = await makeVolume({ a: '-> b', b: '-> a', self: '-> self/x' });
    for (const path of ['/a', '/self']) {
      await expect(volume.root.stat(path)).rejects.toMatchObject({
        reason: 'ImageInvalid',
        message: `${path} leads through more than 40 links`,
      });
    }
  });

  it('follow exactly forty links', async () => {
    const chain = (length: number): Tree =>
      Object.fromEntries(
        Array.from({ length }, (_, n) => [`l${String(n)}`, n === 0 ? '-> file' : `-> l${String(n - 1)}`]),
      );
    await using volume = await makeVolume({ file: 'x', ...chain(41) });
    expect(await volume.root.stat('/l39')).toMatchObject({ path: '/file' });
    await expect(volume.root.stat('/l40')).rejects.toMatchObject({ reason: 'ImageInvalid' });
  });

  it('through a file or to nothing say so', async () => {
    await using volume = await makeVolume({ file: 'x', 'boot/initrd': '-> initrd-5' });
    expect(await volume.root.stat('/file/below')).toBeUndefined();
    expect(await volume.root.whyAbsent('/file/below')).toBe('/file is a regular file, not a directory');
    expect(await volume.root.whyAbsent('/boot/initrd')).toBe(
      '/boot/initrd is a link to initrd-5, but /boot/initrd-5 is not there',
    );
  });

  it('with control characters stand in messages on one line', async () => {
    await using volume = await makeVolume({ 'a\nb': '-> ../x' });
    await expect(volume.root.stat('/a\nb')).rejects.toMatchObject({
      message: String.raw`/a\x0ab is a link to ../x, which leads out of the image root`,
    });
  });

  it('keep the root that was opened even when its name goes elsewhere', async () => {
    await using volume = await makeVolume({ file: 'inside' });
    await rename(volume.at, `${volume.at}.old`);
    await symlink(volume.outside, volume.at);
    expect(await volume.root.readFile('/file', limit)).toEqual(Buffer.from('inside'));
    expect(await volume.root.readFile('/secret', limit)).toBeUndefined();
    await expect(openImageRoot(volume.at)).rejects.toMatchObject({ reason: 'ImageInvalid' });
    await expect(openImageRoot(join(volume.parent, 'nowhere'))).rejects.toMatchObject({ reason: 'ImageInvalid' });
  });

  it('leave no descriptor behind, whatever they lead to', async () => {
    await using volume = await makeVolume({ 'a/b/c': 'x', out: '-> ../..', loop: '-> loop', abs: '-> /a/b/../b/c' });
    const descriptors = async (): Promise<number> => (await readdir('/proc/self/fd')).length;
    const before = await descriptors();
    for (const path of ['/a/b/c', '/out', '/loop', '/abs', '/a/../a/x', '/', '/../x']) {
      await volume.root.stat(path).catch(() => undefined);
      await volume.root.readFile(path, limit).catch(() => undefined);
      await volume.root.list(path).catch(() => undefined);
    }
    expect(await descriptors()).toBe(before);
  });

  it('are planted by the tests themselves through no link', async () => {
    await using volume = await makeVolume({ out: '-> ../outside' });
    await expect(plant(volume.at, { 'out/x': 'x' })).rejects.toThrow('is a link');
    expect((await readdir(volume.outside)).sort()).toEqual(['a', 'secret']);
  });

  it('H27 never lead outside, whatever links a generated tree holds', async () => {
    const name = fc.constantFrom('a', 'b', 'c');
    const component = fc.constantFrom('a', 'b', 'c', '..', '.', '..', 'secret', 'outside');
    const path = fc.array(component, { minLength: 1, maxLength: 6 }).map((names) => names.join('/'));
    const target = fc.tuple(fc.boolean(), path).map(([absolute, rest]) => (absolute ? `/${rest}` : rest));
    const place = fc.array(name, { minLength: 1, maxLength: 3 }).map((names) => names.join('/'));
    const links = fc.array(fc.tuple(place, target), { maxLength: 8 });
    await using volume = await makeVolume({});
    const scene = async (planted: [string, string][], asked: string): Promise<void> => {
      const at = await mkdtemp(join(volume.parent, 'tree-'));
      for (const [where, to] of planted) await plant(at, { [where]: `-> ${to}` }).catch(() => undefined);
      await using root = await openImageRoot(at);
      const found = await root.readFile(asked, limit).catch(() => undefined);
      const listed = await root.list(asked).catch(() => undefined);
      expect(found?.toString()).not.toBe(SECRET);
      expect(listed ?? []).not.toContain('outside');
      await rm(at, { recursive: true });
      expect((await readdir(volume.outside)).sort()).toEqual(['a', 'secret']);
    };
    await mkdir(join(volume.parent, 'a'));
    await fc.assert(fc.asyncProperty(links, target, scene), { numRuns: 300 });
  });
});
