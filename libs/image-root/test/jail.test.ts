// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { chmod, chown, copyFile, lstat, mkdir, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { inspectJail, mendJail, openImageRoot, refuseJail, type JailProblem } from '../src/index.ts';

import { realRunner, refusingRunner, run } from './programs.ts';
import { makeVolume, type Tree, type Volume } from './volume.ts';

const SHELL = '/bin/bash';

/** A volume whose image has all that a jail needs. */
async function goodVolume(tree: Tree = {}): Promise<Volume> {
  const volume = await makeVolume({ 'usr/bin/bash': '#!', bin: '-> usr/bin', dev: '/', ...tree });
  await chmod(join(volume.at, 'usr/bin/bash'), 0o755);
  await run('mknod', '-m', '666', join(volume.at, 'dev/null'), 'c', '1', '3');
  return volume;
}

const inspect = async ({ root }: Volume): Promise<readonly JailProblem[]> => await inspectJail(root, { shell: SHELL });

/** Runs what is advised, to the letter. */
async function follow(problem: JailProblem | undefined): Promise<void> {
  await run('sh', '-c', problem?.mend ?? 'false');
}

describe('a jail', () => {
  it('H37 that sshd accepts has no problem and nothing is mended', async () => {
    await using volume = await goodVolume();
    expect(await inspect(volume)).toEqual([]);
    const options = { shell: SHELL, parent: volume.parent, runner: refusingRunner };
    expect(await mendJail(volume.root, options)).toEqual({ mended: [], remaining: [] });
  });

  it('H37 with a root that others may write or own is told and mended, its other bits kept', async () => {
    await using volume = await goodVolume();
    await chown(volume.at, 1000, 1000);
    await chmod(volume.at, 0o1775);
    const problems = await inspect(volume);
    expect(problems.map(({ mend }) => mend)).toEqual([`chown root:root ${volume.at}`, `chmod go-w ${volume.at}`]);
    for (const problem of problems) await follow(problem);
    expect(await inspect(volume)).toEqual([]);
    await chown(volume.at, 1000, 1000);
    await chmod(volume.at, 0o1775);
    const done = await mendJail(volume.root, { shell: SHELL, parent: volume.parent, runner: refusingRunner });
    expect(done.remaining).toEqual([]);
    expect(done.mended).toHaveLength(2);
    const { uid, gid, mode } = await stat(volume.at);
    expect([uid, gid, mode & 0o7777]).toEqual([0, 0, 0o1755]);
  });

  it('H37 on a volume that others may write is mended to 0755 of root', async () => {
    await using volume = await goodVolume();
    await chown(volume.parent, 0, 1000);
    await chmod(volume.parent, 0o2775);
    const done = await mendJail(volume.root, { shell: SHELL, parent: `${volume.parent}/`, runner: refusingRunner });
    expect(done).toMatchObject({ mended: [{ check: 'mode', path: volume.parent }], remaining: [] });
    const { uid, gid, mode } = await stat(volume.parent);
    expect([uid, gid, mode & 0o7777]).toEqual([0, 0, 0o755]);
  });

  it('H37 below a directory that is not ours is refused with the exact mend', async () => {
    await using volume = await goodVolume();
    await chmod(volume.parent, 0o777);
    const done = await mendJail(volume.root, { shell: SHELL, parent: '/elsewhere', runner: refusingRunner });
    expect(done.mended).toEqual([]);
    const refuse = (): void => {
      refuseJail(done.remaining);
    };
    expect(refuse).toThrow(
      expect.objectContaining({ reason: 'JailRefused', advice: `run: chmod go-w ${volume.parent}` }),
    );
    expect((await stat(volume.parent)).mode & 0o777).toBe(0o777);
  });

  it('H37 without /dev/null gets one', async () => {
    for (const tree of [{}, { 'dev/null': 'junk' }, { 'dev/null': '-> /dev/zero' }, { dev: '/' }] as Tree[]) {
      await using volume = await makeVolume({ 'bin/bash': '#!', ...tree });
      await chmod(join(volume.at, 'bin/bash'), 0o755);
      expect(await inspect(volume)).toMatchObject([{ check: 'null-device' }]);
      const done = await mendJail(volume.root, { shell: SHELL, parent: volume.parent, runner: realRunner });
      expect(done).toMatchObject({ mended: [{ check: 'null-device' }], remaining: [] });
      const stats = await lstat(join(volume.at, 'dev/null'));
      expect([stats.isCharacterDevice(), stats.rdev, stats.mode & 0o777]).toEqual([true, 0x103, 0o666]);
    }
  });

  it('H37 whose /dev/null cannot be made is refused: no command would help where mknod is not permitted', async () => {
    await using volume = await goodVolume();
    await chmod(join(volume.at, 'dev/null'), 0o600);
    const [problem] = await inspect(volume);
    expect(problem?.mend).toBe(`chmod 0666 ${volume.at}/dev/null`);
    await follow(problem);
    expect(await inspect(volume)).toEqual([]);
    await volume.root.remove('/dev/null');
    const [missing] = await inspect(volume);
    expect(missing?.mend).toContain(`mknod -m 0666 ${volume.at}/dev/null c 1 3`);
    const done = await mendJail(volume.root, { shell: SHELL, parent: volume.parent, runner: refusingRunner });
    expect(() => {
      refuseJail(done.remaining);
    }).toThrow(
      expect.objectContaining({
        message: '/dev/null is missing in the image, and mknod says: Operation not permitted',
        advice: expect.stringMatching(/^give the container CAP_MKNOD .*hostUsers: true.*without the jail$/) as string,
      }),
    );
    await follow(missing);
    expect(await inspect(volume)).toEqual([]);
  });

  it('H37 does not touch a /dev that leads out of the image', async () => {
    await using volume = await makeVolume({ 'bin/bash': '#!', dev: '-> ../outside' });
    await chmod(join(volume.at, 'bin/bash'), 0o755);
    const done = await mendJail(volume.root, { shell: SHELL, parent: volume.parent, runner: realRunner });
    expect(done.remaining).toMatchObject([
      { check: 'null-device', message: expect.stringContaining('leads out') as string },
    ]);
    expect((await readdir(volume.outside)).sort()).toEqual(['a', 'secret']);
  });

  it.each([
    ['is missing', {}],
    ['is a dangling link', { 'bin/bash': '-> /usr/bin/bash-5' }],
    ['is a directory', { 'bin/bash': '/' }],
    ['leads out', { 'bin/bash': '-> ../../../bin/bash' }],
  ] as [string, Tree][])('H37 whose login shell %s is refused where no other shell is', async (_name, tree) => {
    await using volume = await makeVolume({ dev: '/', ...tree });
    await run('mknod', '-m', '666', join(volume.at, 'dev/null'), 'c', '1', '3');
    expect(await inspect(volume)).toMatchObject([
      { mend: undefined, advice: expect.stringContaining('/bin/sh') as string },
    ]);
  });

  it.each([
    ['cannot be executed', { 'opt/sh': 'x', 'bin/bash': '-> /opt/sh' }, 'chmod 0755 ROOT/opt/sh'],
    ['is a dangling link', { 'bin/bash': '-> /usr/bin/bash-5' }, 'rm -rf ROOT/bin/bash'],
    ['is a directory', { 'bin/bash/x': 'x' }, 'rm -rf ROOT/bin/bash'],
    ['leads out', { 'bin/bash': '-> ../../../bin/bash' }, 'rm -rf ROOT/bin/bash'],
    ['leads out', { 'usr/bin/bash': '-> ../../../bin/bash', bin: '-> /usr/bin' }, 'rm -rf ROOT/usr/bin/bash'],
  ] as [string, Tree, string][])(
    'H37 whose login shell %s is refused with a command that helps, where there is a /bin/sh',
    async (_name, tree, mend) => {
      await using volume = await makeVolume({ dev: '/', ...tree, ...('bin' in tree ? {} : { 'bin/sh': '#!' }) });
      await run('mknod', '-m', '666', join(volume.at, 'dev/null'), 'c', '1', '3');
      if ('bin' in tree) await copyFile('/bin/true', join(volume.at, 'usr/bin/sh'));
      await chmod(join(volume.at, 'bin' in tree ? 'usr/bin/sh' : 'bin/sh'), 0o755);
      const [problem] = await inspect(volume);
      expect(problem?.mend).toBe(mend.replace('ROOT', volume.at));
      await follow(problem);
      expect(await inspect(volume)).toEqual([]);
    },
  );

  it('H37 without the directory of its login shell is refused with the command that makes it', async () => {
    await using volume = await goodVolume({ 'usr/bin/sh': '#!' });
    await chmod(join(volume.at, 'usr/bin/sh'), 0o755);
    const look = async (): Promise<readonly JailProblem[]> => await inspectJail(volume.root, { shell: '/opt/x/fish' });
    const [problem] = await look();
    await run('mkdir', join(volume.at, 'opt'));
    await follow(problem);
    expect(await look()).toEqual([]);
  });

  it('commands are quoted for the shell', async () => {
    await using volume = await goodVolume();
    const odd = join(volume.parent, "an 'odd' $(name)");
    await mkdir(odd);
    await chmod(odd, 0o777);
    await using root = await openImageRoot(odd);
    const [problem] = await inspectJail(root, { shell: SHELL });
    await follow(problem);
    expect((await stat(odd)).mode & 0o777).toBe(0o755);
  });
});
