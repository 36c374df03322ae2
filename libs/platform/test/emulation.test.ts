// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { randomUUID } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { afterEach, describe, expect, it } from 'vitest';

import { createRunner } from '@ims/process';
import { silentLogger, type Command, type Runner } from '@ims/runtime';
import { cleanUp, onCleanup, recordingLogger, temporaryDirectory } from '@ims/testing';

import { ensureEmulation, needsEmulation, registration } from '../src/emulation.ts';
import { createPlatform } from '../src/index.ts';

afterEach(cleanUp);

const runner = createRunner({ logger: silentLogger });
const INTERPRETER = '/bin/busybox';

/** A runner that starts nothing and remembers. */
function fakeRunner(exitCode = 0): Runner & { readonly commands: Command[] } {
  const commands: Command[] = [];
  return {
    commands,
    run: async (command) => {
      commands.push(command);
      const ending = { endedBySignal: undefined, notFound: false, timedOut: false, stdout: '' };
      return await Promise.resolve({ exitCode, stderr: exitCode === 0 ? '' : 'not permitted', ...ending });
    },
  };
}

describe('H43 emulation of aarch64', () => {
  it.each([
    [{ arch: 'aarch64', remote: false, hostArch: 'x64' }, true],
    [{ arch: 'aarch64', remote: false, hostArch: 'arm64' }, false],
    [{ arch: 'aarch64', remote: true, hostArch: 'x64' }, false],
    [{ arch: 'x86_64', remote: false, hostArch: 'x64' }, false],
    [{ arch: 'AARCH64', remote: false, hostArch: 'x64' }, false],
  ])('is needed for a local aarch64 job on another machine only: %j', async (job, needed) => {
    expect(needsEmulation(job)).toBe(needed);
    const fake = fakeRunner(1);
    const openDirectory = async () => await Promise.resolve(undefined);
    const platform = createPlatform({
      ...job,
      runner: fake,
      logger: silentLogger,
      dkms: false,
      imageRoot: '/nowhere',
      openDirectory,
      emulation: { directory: '/nowhere' },
    });
    const set = platform.setUp();
    await (needed ? expect(set).rejects.toMatchObject({ reason: 'PlatformUnavailable' }) : set);
    expect(fake.commands).toHaveLength(needed ? 1 : 0);
  });

  it('is registered with the string of reference §4.3', () => {
    expect(registration('qemu-aarch64', '/usr/bin/qemu-aarch64-static')).toBe(
      String.raw`:qemu-aarch64:M::\x7f\x45\x4c\x46\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xb7\x00:` +
        String.raw`\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff:` +
        '/usr/bin/qemu-aarch64-static:F',
    );
  });

  it('is registered once with the real kernel, however often it is asked for', async () => {
    const directory = await temporaryDirectory('binfmt');
    const name = `ims-test-${randomUUID()}`;
    onCleanup(async () => {
      await writeFile(`${directory}/${name}`, '-1', { flag: 'r+' }).catch(() => undefined);
    });
    const logger = recordingLogger();
    const options = { runner, logger, directory, interpreter: INTERPRETER, name };
    await ensureEmulation(options);
    const entry = await readFile(`${directory}/${name}`, 'utf8');
    expect(entry).toContain('enabled\n');
    expect(entry).toContain(`interpreter ${INTERPRETER}\nflags: F\n`);
    expect(entry).toContain(
      'magic 7f454c460201010000000000000000000200b700\nmask ffffffffffffff00fffffffffffffffffeffffff\n',
    );
    await ensureEmulation(options);
    expect(logger.messages('info').at(-1)).toBe('the kernel runs aarch64 programs already');
  });

  it('H9 ends the job with a reason when the module cannot be loaded', async () => {
    const fake = fakeRunner(1);
    await expect(ensureEmulation({ runner: fake, logger: silentLogger, directory: '/nowhere' })).rejects.toMatchObject({
      reason: 'PlatformUnavailable',
      message: expect.stringContaining('modprobe binfmt_misc failed: not permitted') as string,
    });
    expect(fake.commands.map(({ program }) => program)).toEqual(['modprobe']);
  });

  it('H9 ends the job with a reason when the table cannot be mounted', async () => {
    const directory = await temporaryDirectory('binfmt');
    const fake = fakeRunner(32);
    await expect(ensureEmulation({ runner: fake, logger: silentLogger, directory })).rejects.toMatchObject({
      reason: 'PlatformUnavailable',
      message: expect.stringContaining(`cannot be mounted on ${directory}`) as string,
    });
    expect(fake.commands.map(({ program }) => program)).toEqual(['mount']);
  });

  it('H9 ends the job with a reason when the interpreter is missing, or the kernel does not take it', async () => {
    const directory = await temporaryDirectory('binfmt');
    await mkdir(`${directory}/register`);
    const options = { runner: fakeRunner(), logger: silentLogger, directory };
    await expect(ensureEmulation({ ...options, interpreter: `${directory}/none` })).rejects.toMatchObject({
      reason: 'PlatformUnavailable',
      message: expect.stringContaining(`there is no ${directory}/none`) as string,
    });
    await expect(ensureEmulation({ ...options, interpreter: INTERPRETER })).rejects.toMatchObject({
      reason: 'PlatformUnavailable',
      message: expect.stringContaining('does not take the registration') as string,
    });
  });

  it('is not left half done: an entry that the kernel has switched off is an error', async () => {
    const directory = await temporaryDirectory('binfmt');
    await writeFile(`${directory}/register`, '');
    const options = { runner: fakeRunner(), logger: silentLogger, directory, interpreter: INTERPRETER };
    await expect(ensureEmulation(options)).rejects.toMatchObject({ reason: 'PlatformUnavailable' });
  });
});
