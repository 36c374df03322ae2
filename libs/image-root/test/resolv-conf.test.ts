// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { chmod, chown, lstat, mkdir, readdir, readFile, readlink, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { restore, saveAndInstall } from '../src/index.ts';

import { killedAt } from './kill.ts';
import { makeVolume, plant, text, type Tree, type Volume } from './volume.ts';

const POD = 'nameserver 10.96.0.10\n';

interface Job {
  readonly root: Volume['root'];
  readonly savedIn: string;
  readonly podResolvConf: string;
}

async function jobOf(volume: Volume): Promise<Job> {
  const podResolvConf = join(volume.parent, 'pod-resolv.conf');
  await writeFile(podResolvConf, POD);
  return { root: volume.root, savedIn: join(volume.parent, '.ims'), podResolvConf };
}

/** Everything that can be told of /etc in the image. */
async function picture(volume: Volume): Promise<unknown> {
  const etc = join(volume.at, 'etc');
  const names = (await readdir(etc)).sort();
  return await Promise.all(
    names.map(async (name) => {
      const path = join(etc, name);
      const { mode, uid, gid, mtimeMs } = await lstat(path);
      const link = await readlink(path).catch(() => undefined);
      return link === undefined
        ? [name, await readFile(path, 'utf8'), mode, uid, gid, mtimeMs]
        : [name, link, uid, gid];
    }),
  );
}

const ORIGINALS: readonly (readonly [string, Tree])[] = [
  ['no resolv.conf', { etc: '/' }],
  ['a regular file', { 'etc/resolv.conf': 'nameserver 1.2.3.4\n' }],
  ['a file that equals that of the pod', { 'etc/resolv.conf': POD }],
  ['a link inside the image', { 'etc/resolv.conf': '-> ../run/stub.conf', 'run/stub.conf': 'stub' }],
  ['a dangling link', { 'etc/resolv.conf': '-> /run/systemd/resolve/stub-resolv.conf' }],
  ['a link that leads out', { 'etc/resolv.conf': '-> ../../outside/secret' }],
];

async function dress(volume: Volume): Promise<void> {
  const path = join(volume.at, 'etc/resolv.conf');
  const stats = await lstat(path).catch(() => undefined);
  if (stats?.isFile() !== true) return;
  await chown(path, 7, 8);
  await chmod(path, 0o640);
  await utimes(path, 1_000_000, 1_000_000);
}

describe.each(ORIGINALS)('an image with %s', (_name, tree) => {
  it('H1 gets the file of the pod, and its own back untouched', async () => {
    await using volume = await makeVolume(tree);
    await dress(volume);
    const before = await picture(volume);
    const job = await jobOf(volume);
    await saveAndInstall(job);
    expect(await text(volume, 'etc/resolv.conf')).toBe(POD);
    expect((await lstat(join(volume.at, 'etc/resolv.conf'))).isFile()).toBe(true);
    expect(await restore(job)).toMatchObject({ did: 'restored' });
    expect(await picture(volume)).toEqual(before);
    expect(await restore(job)).toMatchObject({ did: 'nothing-saved' });
    expect(await picture(volume)).toEqual(before);
    expect(await readFile(join(volume.outside, 'secret'), 'utf8')).toContain('secret');
  });

  it('H1 gets its own back when the user deleted that of the pod', async () => {
    await using volume = await makeVolume(tree);
    await dress(volume);
    const before = await picture(volume);
    const job = await jobOf(volume);
    await saveAndInstall(job);
    await rm(join(volume.at, 'etc/resolv.conf'));
    await restore(job);
    expect(await picture(volume)).toEqual(before);
  });

  it('H1 keeps its own however often and wherever the agent is killed', async () => {
    await using volume = await makeVolume(tree);
    await dress(volume);
    const before = await picture(volume);
    const job = await jobOf(volume);
    for (let at = 1, killed = true; killed; at += 1) {
      killed = await killedAt(at, async () => await saveAndInstall(job));
      await saveAndInstall(job);
      expect(await text(volume, 'etc/resolv.conf')).toBe(POD);
      await killedAt(at, async () => await restore(job));
      await restore(job);
      expect(await picture(volume)).toEqual(before);
    }
  });

  it('H1 never saves the file of the pod as its own, even when the pod has another at the second start', async () => {
    await using volume = await makeVolume(tree);
    await dress(volume);
    const before = await picture(volume);
    const job = await jobOf(volume);
    await saveAndInstall(job);
    expect(await saveAndInstall(job)).toMatchObject({ did: 'already-installed' });
    await writeFile(job.podResolvConf, 'nameserver 10.0.0.99\n');
    expect(await saveAndInstall(job)).toMatchObject({ did: 'installed' });
    expect(await text(volume, 'etc/resolv.conf')).toBe('nameserver 10.0.0.99\n');
    await restore(job);
    expect(await picture(volume)).toEqual(before);
  });
});

describe('what the user did to resolv.conf', () => {
  it.each([
    ['another file', { 'etc/resolv.conf': 'nameserver 9.9.9.9\n' }],
    ['a dangling link', { 'etc/resolv.conf': '-> /nowhere' }],
    ['a link that leads out', { 'etc/resolv.conf': '-> ../../../outside/secret' }],
    ['a directory', { 'etc/resolv.conf/x': 'y' }],
  ] as [string, Tree][])('H1 stays: %s', async (_name, tree) => {
    await using volume = await makeVolume({ 'etc/resolv.conf': 'own\n' });
    const job = await jobOf(volume);
    await saveAndInstall(job);
    await rm(join(volume.at, 'etc/resolv.conf'));
    await plant(volume.at, tree);
    expect(await saveAndInstall(job)).toMatchObject({ did: 'kept-user' });
    expect(await restore(job)).toMatchObject({ did: 'kept-user' });
    const stats = await lstat(join(volume.at, 'etc/resolv.conf'));
    expect(stats.isDirectory() || stats.isSymbolicLink() || stats.size === 19).toBe(true);
    expect(await readFile(join(volume.outside, 'secret'), 'utf8')).toContain('secret');
  });

  it('H1 is no error even when /etc itself is gone or leads out', async () => {
    for (const tree of [{}, { etc: '-> ../outside' }] as Tree[]) {
      await using volume = await makeVolume({ 'etc/resolv.conf': 'own\n' });
      const job = await jobOf(volume);
      await saveAndInstall(job);
      await rm(join(volume.at, 'etc'), { recursive: true });
      await plant(volume.at, tree);
      expect(await restore(job)).toMatchObject({ did: 'kept-user' });
      expect((await readdir(volume.outside)).sort()).toEqual(['a', 'secret']);
    }
  });
});

describe('saving', () => {
  it('H22 keeps the original outside the image, readable by root only', async () => {
    await using volume = await makeVolume({ 'etc/resolv.conf': 'own\n', tmp: '/' });
    await chmod(join(volume.at, 'tmp'), 0o1777);
    const job = await jobOf(volume);
    await saveAndInstall(job);
    expect(await readdir(join(volume.at, 'tmp'))).toEqual([]);
    expect((await stat(join(volume.at, 'tmp'))).mode & 0o7777).toBe(0o1777);
    expect((await stat(job.savedIn)).mode & 0o777).toBe(0o700);
    const [name] = await readdir(job.savedIn);
    expect((await stat(join(job.savedIn, name ?? ''))).mode & 0o777).toBe(0o600);
  });

  it('H27 is refused when the image makes /etc lead out', async () => {
    await using volume = await makeVolume({ etc: '-> ../../../../etc' });
    await expect(saveAndInstall(await jobOf(volume))).rejects.toMatchObject({ reason: 'PathEscapesRoot' });
  });

  it('leaves alone what cannot be put back, and an image without /etc', async () => {
    for (const tree of [{ 'etc/resolv.conf': '/' }, {}] as Tree[]) {
      await using volume = await makeVolume(tree);
      const job = await jobOf(volume);
      expect(await saveAndInstall(job)).toMatchObject({ did: 'left' });
      expect(await restore(job)).toMatchObject({ did: 'nothing-saved' });
    }
  });

  it('does nothing where the pod has no resolv.conf', async () => {
    await using volume = await makeVolume({ 'etc/resolv.conf': 'own\n' });
    const job = { ...(await jobOf(volume)), podResolvConf: join(volume.parent, 'none') };
    expect(await saveAndInstall(job)).toMatchObject({ did: 'left' });
    expect(await text(volume, 'etc/resolv.conf')).toBe('own\n');
  });

  it('refuses a record that is not ours and names it', async () => {
    await using volume = await makeVolume({ etc: '/' });
    const job = await jobOf(volume);
    await mkdir(job.savedIn);
    const records = [
      '',
      '{}',
      '{"version":1,"original":{"kind":"file"},"installed":[]}',
      '{"version":1,"original":{"kind":"absent"},"installed":[1]}',
    ];
    for (const record of records) {
      await writeFile(join(job.savedIn, 'resolv.conf.saved.json'), record);
      await expect(restore(job)).rejects.toMatchObject({ reason: 'JournalUnreadable' });
    }
  });
});
