// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cleanUp, imageTemplate, temporaryDirectory } from '@ims/testing';
import { afterEach, describe, expect, it } from 'vitest';

import { checkFlags, type RunFlags } from '../src/run-request.ts';

const plain: RunFlags = { action: 'customize', jail: true };

afterEach(cleanUp);

describe('the flags of ims-job run', () => {
  it('are checked all at once, each problem with what was found and what is accepted', async () => {
    const work = await temporaryDirectory();
    await writeFile(join(work, 'empty.sh'), '');
    const flags: RunFlags = {
      ...plain,
      action: 'Customize',
      image: 'absent',
      script: 'empty.sh',
      store: 'gopher://bucket',
      name: 'two\nlines',
      kernel: '../vmlinuz',
      initrd: '',
    };
    const checking = checkFlags(flags, { cwd: work, home: '/h', env: {} });
    await expect(checking).rejects.toMatchObject({ reason: 'ConfigurationInvalid' });
    const problem = await checking.catch((error: unknown) => (error as Error).message);
    for (const part of [
      '--action is "Customize" (accepted: `create`, `customize`)',
      `--image ${work}/absent does not exist`,
      `--script ${work}/empty.sh is empty`,
      '--store',
      '--name is "two\\nlines"',
      '--kernel is "../vmlinuz"',
      '--initrd is ""',
    ]) {
      expect(problem).toContain(part);
    }
    expect(await readdir(work)).toEqual(['empty.sh']);
  });

  it('are read relative to where they were typed', async () => {
    const work = await temporaryDirectory();
    await writeFile(join(work, 'setup.sh'), 'true');
    await mkdir(join(work, 'images'));
    const flags = { ...plain, script: 'setup.sh', store: 'images' };
    const request = await checkFlags(flags, { cwd: work, home: '/h', env: {} });
    expect(request).toMatchObject({ script: join(work, 'setup.sh'), store: join(work, 'images'), jailed: true });
  });

  it('are refused when they are empty, hold a control character or are longer than a path, in a short line each', async () => {
    const work = await temporaryDirectory();
    for (const text of ['', 'a\nb', 'a\0b', 'x'.repeat(65_536)]) {
      const flags: RunFlags = { ...plain, image: text, script: text, store: text };
      const problem = await checkFlags(flags, { cwd: work, home: '/h', env: {} }).catch((error: unknown) => error);
      expect(problem).toMatchObject({ reason: 'ConfigurationInvalid' });
      const { message } = problem as Error;
      for (const flag of ['--image', '--script', '--store']) expect(message).toContain(`${flag} is "`);
      expect(message.length).toBeLessThan(1000);
      expect(message).not.toMatch(/\p{Cc}/u);
    }
    const inOdd = checkFlags({ ...plain, image: '.' }, { cwd: '/srv/a\nb', home: '/h', env: {} });
    await expect(inOdd).rejects.toThrow(/--image is in "\/srv\/a\\nb", which has a control character/);
    expect(await readdir(work)).toEqual([]);
  });

  it('need an absolute path where the working directory is gone', async () => {
    const place = { cwd: undefined, home: '/h', env: {} };
    await expect(checkFlags({ ...plain, image: 'root' }, place)).rejects.toThrow(/is gone; give an absolute path/);
    expect((await checkFlags({ ...plain, image: await imageTemplate() }, place)).source).toMatchObject({
      kind: 'directory',
    });
  });

  it('name a store that cannot be written before anything is copied', async () => {
    const work = await temporaryDirectory();
    await writeFile(join(work, 'file'), '');
    const problemOf = async (store: string): Promise<string> =>
      await checkFlags({ ...plain, store }, { cwd: work, home: '/h', env: {} }).then(
        () => '',
        (error: unknown) => (error as Error).message,
      );
    expect(await problemOf('/proc/images')).toContain('--store /proc/images is in proc, which holds no files');
    expect(await problemOf('file')).toContain('file is not a directory');
    expect(await problemOf('file/below')).toContain(`is below ${work}/file, which is not a directory`);
    expect(await problemOf('file:///srv/a%0Ab')).toContain('--store is "/srv/a\\nb", which has a control character');
    expect(await readdir(work)).toEqual(['file']);
  });

  it('refuse a script with the line ends of DOS, and the command that they advise corrects it', async () => {
    const work = await temporaryDirectory();
    const script = join(work, "a's script.sh");
    await writeFile(script, '#!/bin/sh\r\necho hi\r\n');
    const place = { cwd: work, home: '/h', env: {} };
    const problem = await checkFlags({ ...plain, script }, place).catch((error: unknown) => (error as Error).message);
    const command = /correct it: (.*) \(accepted/.exec(problem as string)?.[1] ?? '';
    await promisify(execFile)('sh', ['-c', command]);
    expect(await readFile(script, 'utf8')).toBe('#!/bin/sh\necho hi\n');
    expect((await checkFlags({ ...plain, script }, place)).script).toBe(script);
  });

  it('need keys and an endpoint in the environment for a store in S3, all named at once', async () => {
    const flags = { ...plain, store: 's3://boot-images' };
    const place = { cwd: '/', home: '/h' };
    const checking = checkFlags(flags, { ...place, env: { S3_SSL_VERIFY: 'perhaps', S3_SECRET_KEY: 'not shown' } });
    await expect(checking).rejects.toMatchObject({ reason: 'ConfigurationInvalid' });
    const problem = await checking.catch((error: unknown) => (error as Error).message);
    expect(problem).toBe(
      'S3_ACCESS_KEY is not set (needed for --store s3://boot-images); ' +
        'neither S3_ENDPOINT nor S3_HOST is set (needed for --store s3://boot-images); ' +
        'S3_SSL_VERIFY is "perhaps" (accepted: `true`, `false` or the absolute path of a CA file)',
    );
    const env = { S3_ACCESS_KEY: 'key', S3_SECRET_KEY: 'secret', S3_HOST: 'rgw' };
    expect((await checkFlags(flags, { ...place, env })).store).toBe('s3://boot-images');
  });

  it('never jail a create job, and refuse a script for it', async () => {
    const place = { cwd: '/', home: '/h', env: {} };
    expect((await checkFlags({ ...plain, action: 'create' }, place)).jailed).toBe(false);
    await expect(checkFlags({ ...plain, action: 'create', script: '/bin/sh' }, place)).rejects.toThrow(
      /opens no shell/,
    );
  });

  it('work in place on a directory only', async () => {
    const work = await temporaryDirectory();
    await writeFile(join(work, 'a.sqsh'), 'hsqs'.padEnd(512));
    const place = { cwd: work, home: '/h', env: {} };
    await expect(checkFlags({ ...plain, inPlace: true }, place)).rejects.toThrow(/--in-place is given without --image/);
    const withFile = checkFlags({ ...plain, inPlace: true, image: 'a.sqsh' }, place);
    await expect(withFile).rejects.toThrow(/--in-place is given with a squashfs file/);
  });

  it('work in place on a directory that can be written only', async () => {
    const work = await temporaryDirectory();
    await mkdir(join(work, 'root'));
    await promisify(execFile)('mount', ['-t', 'tmpfs', 'tmpfs', join(work, 'root')]);
    try {
      for (const name of ['etc', 'usr']) await mkdir(join(work, 'root', name));
      await promisify(execFile)('mount', ['-o', 'remount,ro', join(work, 'root')]);
      const place = { cwd: work, home: '/h', env: {} };
      await expect(checkFlags({ ...plain, inPlace: true, image: 'root' }, place)).rejects.toThrow(
        `--in-place: ${work}/root is on a read-only file system (accepted: without --in-place)`,
      );
      expect((await checkFlags({ ...plain, image: 'root' }, place)).inPlace).toBe(false);
    } finally {
      await promisify(execFile)('umount', [join(work, 'root')]);
    }
  });

  it('refuse an image that contains the place where jobs work', async () => {
    const image = await imageTemplate();
    const checking = checkFlags({ ...plain, image }, { cwd: '/', home: `${image}/root/ims-job`, env: {} });
    await expect(checking).rejects.toThrow(/contains .*IMS_JOB_HOME/);
  });
});
