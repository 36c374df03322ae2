// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { execFile } from 'node:child_process';
import { mkdir, readdir, rename, rm, symlink } from 'node:fs/promises';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';

import { openImageRoot } from '@ims/image-root';
import { createRunner } from '@ims/process';
import { silentLogger, type Runner } from '@ims/runtime';
import { cleanUp, createVolume, mountsBelow, onCleanup, recordingLogger } from '@ims/testing';

import { createPlatform, type PlatformOptions } from '../src/index.ts';

afterEach(cleanUp);

const run = promisify(execFile);
const runner = createRunner({ logger: silentLogger });

async function job(more: Partial<PlatformOptions> = {}) {
  const volume = await createVolume({ jailed: true });
  const root = await openImageRoot(volume.imageRoot);
  onCleanup(async () => {
    await root.close();
  });
  const logger = recordingLogger();
  const options: PlatformOptions = {
    runner,
    logger,
    arch: 'x86_64',
    remote: false,
    dkms: true,
    imageRoot: volume.imageRoot,
    openDirectory: async (path) => await root.directory(path),
    ...more,
  };
  return { volume, logger, options, platform: createPlatform(options) };
}

describe('H26 the mounts of a DKMS job', () => {
  it('are there while the shell is open and gone afterwards', async () => {
    const { volume, platform } = await job();
    await platform.setUp();
    expect(await mountsBelow(volume.imageRoot)).toEqual(
      ['sys', 'proc', 'dev'].map((name) => `${volume.imageRoot}/${name}`),
    );
    expect(await readdir(`${volume.imageRoot}/proc`)).toContain('self');
    expect(await readdir(`${volume.imageRoot}/sys`)).toContain('kernel');
    await platform.tearDown();
    expect(await mountsBelow(volume.imageRoot)).toEqual([]);
    expect(await readdir(`${volume.imageRoot}/proc`)).toEqual([]);
    expect(await readdir(`${volume.imageRoot}/dev`)).toContain('null');
  });

  it('that a killed run left are used and taken away', async () => {
    const { volume, platform, options, logger } = await job();
    await platform.setUp();
    const second = createPlatform(options);
    await second.setUp();
    expect(await mountsBelow(volume.imageRoot)).toHaveLength(3);
    await second.tearDown();
    expect(await mountsBelow(volume.imageRoot)).toEqual([]);
    expect(logger.messages('error')).toEqual([]);
  });

  it('that the user made below them go too, and busy ones go lazily', async () => {
    const { volume, platform, logger } = await job();
    await platform.setUp();
    await mkdir(`${volume.imageRoot}/mnt`);
    await run('mount', ['-t', 'tmpfs', 'tmpfs', `${volume.imageRoot}/mnt`]);
    await run('mount', ['-t', 'tmpfs', 'tmpfs', `${volume.imageRoot}/proc/fs`]);
    const { execPath } = process;
    const busy = run(execPath, ['-e', 'process.stdout.write("in"); process.stdin.resume()'], {
      cwd: `${volume.imageRoot}/mnt`,
    });
    onCleanup(async () => {
      busy.child.kill('SIGKILL');
      await busy.catch(() => undefined);
    });
    await new Promise((resolve) => busy.child.stdout?.once('data', resolve));
    await platform.tearDown();
    expect(await mountsBelow(volume.imageRoot)).toEqual([]);
    expect(logger.messages('warn')).toEqual([expect.stringMatching(/\/mnt is busy/)]);
  });

  it('that were there before stay', async () => {
    const { volume, platform } = await job();
    await mkdir(`${volume.imageRoot}/data`);
    await run('mount', ['-t', 'tmpfs', 'tmpfs', `${volume.imageRoot}/data`]);
    await platform.setUp();
    await platform.tearDown();
    expect(await mountsBelow(volume.imageRoot)).toEqual([`${volume.imageRoot}/data`]);
  });

  it('H27 never land outside the image root, whatever stands at their place', async () => {
    const { volume, platform, logger } = await job();
    await rm(`${volume.imageRoot}/proc`, { recursive: true });
    await symlink(`../../../../../../..${volume.scratch}`, `${volume.imageRoot}/proc`);
    await rm(`${volume.imageRoot}/sys`, { recursive: true });
    await platform.setUp();
    expect(await mountsBelow(volume.scratch)).toEqual([]);
    expect(await mountsBelow(volume.imageRoot)).toEqual([`${volume.imageRoot}/dev`]);
    expect(logger.messages('warn')).toHaveLength(2);
    await platform.tearDown();
  });

  it('H27 land on the directory that was checked when another takes its name meanwhile', async () => {
    const { volume, options } = await job();
    const swapping: Runner = {
      run: async (command) => {
        if (command.program === 'mount' && command.args.includes('proc')) {
          await rename(`${volume.imageRoot}/proc`, `${volume.imageRoot}/proc-before`);
          await symlink(volume.scratch, `${volume.imageRoot}/proc`);
        }
        return await runner.run(command);
      },
    };
    const platform = createPlatform({ ...options, runner: swapping });
    await platform.setUp();
    expect(await mountsBelow(volume.scratch)).toEqual([]);
    expect(await mountsBelow(volume.imageRoot)).toContain(`${volume.imageRoot}/proc-before`);
    await platform.tearDown();
    expect(await mountsBelow(volume.imageRoot)).toEqual([]);
  });

  it('that fail are said and the job goes on (reference §4.2)', async () => {
    const failing: Runner = { run: async (command) => await runner.run({ ...command, program: 'false' }) };
    const { platform, logger } = await job({ runner: failing });
    await platform.setUp();
    expect(logger.messages('warn')).toHaveLength(3);
    expect(logger.messages('warn')[0]).toMatch(
      /sysfs cannot be mounted on \/sys of the image: it printed nothing and ended with code 1/,
    );
    await platform.tearDown();
  });

  it('that cannot be taken away are named, and nothing is thrown', async () => {
    const stuck: Runner = {
      run: async (command) =>
        await runner.run(command.program === 'umount' ? { ...command, program: 'false' } : command),
    };
    const { platform, logger, volume } = await job({ runner: stuck });
    await platform.setUp();
    await platform.tearDown();
    expect(logger.messages('error')).toEqual([expect.stringContaining(`${volume.imageRoot}/proc`)]);
  });

  it.each([{ dkms: false }, { remote: true }])('are not made when the job does not want them: %j', async (more) => {
    const { platform, volume } = await job(more);
    await platform.setUp();
    expect(await mountsBelow(volume.imageRoot)).toEqual([]);
    await platform.tearDown();
  });
});
