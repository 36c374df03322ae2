// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { lstatSync, mkdirSync } from 'node:fs';
import { mkdtemp, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';

import { createRunner } from '@ims/process';
import { silentLogger, type Runner } from '@ims/runtime';
import { cleanUp, temporaryDirectory } from '@ims/testing';

import { surveyOf, type Survey } from '../src/index.ts';
import { createLimits } from '../src/squashfs-limits.ts';
import { run } from './programs.ts';
import { makeVolume, type Volume } from './volume.ts';

afterEach(cleanUp);

const runner = createRunner({ logger: silentLogger });

async function survey(volume: Volume, by: Runner = runner): Promise<Survey> {
  return await surveyOf(volume.root, by);
}

/** Packs as a job does; gives what unsquashfs says of the archive, or why there is none. */
async function packed(volume: Volume): Promise<string> {
  const archive = join(await mkdtemp(join(volume.parent, 'packed-')), 'a.sqsh');
  const { exitCode, stderr } = await runner.run({
    program: 'mksquashfs',
    args: [volume.at, archive, '-xattrs', '-exit-on-error', '-quiet', '-no-progress'],
  });
  if (exitCode !== 0) return `not packed: ${stderr}`;
  const seen = await runner.run({ program: 'unsquashfs', args: ['-lln', archive] });
  return seen.exitCode === 0 ? seen.stdout : `not readable: ${seen.stderr}`;
}

describe('what a squashfs cannot hold', () => {
  it('is nothing of an ordinary image, which is measured by the same walk', async () => {
    await using volume = await makeVolume({ 'etc/passwd': '12345', link: '-> etc/passwd' });
    await run('setfattr', '-n', 'user.note', '-v', 'kept', join(volume.at, 'etc/passwd'));
    expect(await survey(volume)).toEqual({
      usage: { bytes: 5, dataBytes: 5, inodes: 4 },
      findings: [],
      losses: [],
    });
  });

  it('are more than 65,535 users and groups together', () => {
    const limits = createLimits({ prefix: 0, owners: [0, 0] });
    const meet = (uid: number, gid: number): void => {
      const path = `/home/u${String(uid)}`;
      const stats = Object.assign(lstatSync('/'), { uid, gid });
      limits.look({ stats, at: Buffer.from(path), path: () => path, pathLength: path.length, nameLength: 6 });
    };
    // Root's 0 is one of them already.
    for (let id = 1; id < 65_535; id += 2) meet(id, id + 1);
    expect(limits.findings()).toEqual([]);
    meet(70_000, 0);
    meet(0, 80_000);
    const found =
      "^the image's files have more than 65,535 different users and groups, .*; /home/u70000 \\(70000:0\\) is beyond";
    expect(limits.findings()).toEqual([
      { reason: 'ImageInvalid', message: expect.stringMatching(new RegExp(found)) as string },
    ]);
  });

  it('is a path that no system call takes, and one byte less can be packed', async () => {
    await using volume = await makeVolume({});
    let left = 4095 - volume.at.length;
    const names: string[] = [];
    for (; left > 201; left -= 201) names.push('d'.repeat(200));
    // No shorter one fits: 'f' and its slash.
    const last = 'f'.repeat(left - 1);
    const make = async (name: string): Promise<void> => {
      const script = 'cd "$0" && shift && for d in "$@"; do mkdir -p "$d" && cd -P "$d"; done; echo x > "$last"';
      await run('env', `last=${name}`, 'sh', '-c', script, volume.at, '-', ...names);
    };
    await make(last);
    expect((await survey(volume)).findings).toEqual([]);
    expect(await packed(volume)).toContain(last);
    await make(`${last}f`);
    const [finding] = (await survey(volume)).findings;
    expect(finding?.message).toMatch(
      new RegExp(`^1 entry of the image has a path of more than ${String(4095 - volume.at.length)} bytes, .*: /ddd`),
    );
    expect(await packed(volume)).toMatch(/^not packed: /);
  });

  it('are times before 1970 and after 2106: they are lost, and their paths are said', async () => {
    await using volume = await makeVolume({ early: 'x', late: 'x', last: 'x', first: 'x' });
    await utimes(join(volume.at, 'first'), 0, 0);
    await utimes(join(volume.at, 'last'), 2 ** 32 - 1, 2 ** 32 - 1);
    expect((await survey(volume)).losses).toEqual([]);
    await run('touch', '-d', '1960-02-03T00:00:00Z', join(volume.at, 'early'));
    expect(await survey(volume)).toMatchObject({
      findings: [],
      losses: [expect.stringMatching(/^1 entry .* before 1970 or after 2106, .*: \/early \(1960-02-03\); /) as string],
    });
    await run('touch', '-d', '2106-02-07T06:28:16Z', join(volume.at, 'late'));
    expect((await survey(volume)).losses).toEqual([expect.stringMatching(/^2 entries of the image have /) as string]);
  });

  it('are ACLs: they are lost, and the first path is said whatever is in its name', async () => {
    await using volume = await makeVolume({ 'a\nb/f': 'x', plain: 'x' });
    await symlink('/etc', join(volume.at, 'link'));
    await run('setfacl', '-m', 'u:7:r', join(volume.at, 'a\nb/f'));
    expect((await survey(volume)).losses).toEqual([
      expect.stringMatching(/^1 entry .* \(system\.posix_acl_access\): \/a\\012b\/f; they are lost$/) as string,
    ]);
    mkdirSync(join(volume.at, 'd'));
    await run('setfacl', '-d', '-m', 'g:8:rx', join(volume.at, 'd'));
    expect((await survey(volume)).losses).toEqual([
      expect.stringMatching(/^2 entries .* \(system\.posix_acl_access, system\.posix_acl_default\): /) as string,
    ]);
    // What is mounted there is not packed either.
    await run('mount', '-t', 'tmpfs', 'none', join(volume.at, 'd'));
    try {
      await writeFile(join(volume.at, 'd/f'), 'x');
      await run('setfacl', '-m', 'u:7:r', join(volume.at, 'd/f'));
      expect((await survey(volume)).losses).toEqual([expect.stringMatching(/^1 entry /) as string]);
    } finally {
      await run('umount', join(volume.at, 'd'));
    }
  });

  it('is said to be unknown of ACLs where getfattr is missing', async () => {
    await using volume = await makeVolume({ f: 'x' });
    const path = await temporaryDirectory('path');
    await symlink('/usr/bin/find', join(path, 'find'));
    const poor: Runner = { run: async (command) => await runner.run({ ...command, env: { PATH: path } }) };
    expect((await survey(volume, poor)).losses).toEqual([expect.stringMatching(/getfattr is missing$/) as string]);
  });
});
