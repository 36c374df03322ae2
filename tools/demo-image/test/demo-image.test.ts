// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRunner } from '@ims/process';
import { silentLogger, type Runner } from '@ims/runtime';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { makeDemoImage, stepOf } from '../src/make.ts';
import { parseOsRelease, parseTargets, type Machine } from '../src/machine.ts';
import { recipeFor } from '../src/recipe.ts';

const debian: Machine = { distribution: 'debian', suite: 'bookworm', processor: 'x64' };

describe('the machine', () => {
  it('is read from os-release with and without quotes', () => {
    expect(parseOsRelease('ID=debian\nPRETTY_NAME="Debian 12"\n# no\n')).toEqual({
      ID: 'debian',
      PRETTY_NAME: 'Debian 12',
    });
  });

  it('has each package source once', () => {
    const line = 'http://mirror.example/debian/|bookworm|main';
    expect(parseTargets(`${line}\n${line}\n`)).toEqual([
      { uri: 'http://mirror.example/debian/', release: 'bookworm', component: 'main' },
    ]);
  });
});

describe('the recipe', () => {
  const source = (release: string, component = 'main') => ({ uri: 'http://mirror.example/debian', release, component });

  it('uses the sources of the own release and leaves those of others out', () => {
    const sources = [source('bookworm'), source('bookworm-security'), source('stable', 'tool'), source('trixie')];
    const args = recipeFor(debian).argumentsFor('/x.tar', sources);
    expect(args.slice(-4)).toEqual([
      'bookworm',
      '/x.tar',
      'deb http://mirror.example/debian bookworm main',
      'deb http://mirror.example/debian bookworm-security main',
    ]);
  });

  it('takes the kernel of the architecture and names it as a job expects it', () => {
    const args = recipeFor({ ...debian, processor: 'arm64' }).argumentsFor('/x.tar', []);
    expect(args.join(' ')).toContain('linux-image-cloud-arm64');
    expect(args.join(' ')).toContain('ln -sf vmlinuz-* Image');
  });

  it('has another key for another release and the same one for another mirror', () => {
    expect(recipeFor({ ...debian, suite: 'trixie' }).key).not.toBe(recipeFor(debian).key);
    expect(recipeFor(debian).key).toBe(recipeFor({ ...debian }).key);
  });

  it('takes more packages when they are asked for, as another image', () => {
    const more = recipeFor(debian, ['openssh-server']);
    expect(more.argumentsFor('/x.tar', []).join(' ')).toContain('initramfs-tools,zstd,openssh-server');
    expect(more.key).not.toBe(recipeFor(debian).key);
    expect(recipeFor(debian, []).key).toBe(recipeFor(debian).key);
  });

  it('refuses a machine whose packages it does not know, and says what to do', () => {
    expect(() => recipeFor({ ...debian, distribution: 'plan9' })).toThrow(/debian or ubuntu.*plan9/s);
  });
});

describe('making it', () => {
  let cache: string;
  let programs: string;

  beforeEach(async () => {
    cache = await mkdtemp(join(tmpdir(), 'ims-demo-'));
    programs = join(cache, 'bin');
    await mkdir(programs);
  });
  afterEach(async () => {
    await rm(cache, { recursive: true, force: true });
  });

  async function standIn(name: string, body: string) {
    await writeFile(join(programs, name), `#!/bin/sh\n${body}\n`);
    await chmod(join(programs, name), 0o755);
  }

  function runnerWithStandIns(): Runner {
    const real = createRunner({ logger: silentLogger });
    return {
      run: async (command) =>
        real.run({ ...command, env: { ...command.env, PATH: `${programs}:/usr/sbin:/usr/bin:/sbin:/bin` } }),
    };
  }

  const target = 'for word; do case $word in *.partial) target=$word ;; esac; done';

  it('makes it once for two callers at once', async () => {
    await standIn('apt-get', 'exit 0');
    await standIn('mmdebstrap', `${target}; echo made >> ${cache}/count; echo image > "$target"`);
    const options = { cache, runner: runnerWithStandIns(), machine: debian };
    const images = await Promise.all([makeDemoImage(options), makeDemoImage(options)]);
    expect(images[0].path).toBe(images[1].path);
    expect(await readFile(images[0].path, 'utf8')).toBe('image\n');
    expect(await readFile(join(cache, 'count'), 'utf8')).toBe('made\n');
    expect((await makeDemoImage(options)).cached).toBe(true);
  });

  it('leaves nothing that looks like an image when the tool fails, and says what the tool said', async () => {
    await standIn('apt-get', 'exit 0');
    await standIn('mmdebstrap', `${target}; echo half > "$target"; echo 'E: no route to mirror' >&2; exit 25`);
    const making = makeDemoImage({ cache, runner: runnerWithStandIns(), machine: debian });
    await expect(making).rejects.toMatchObject({
      reason: 'PlatformUnavailable',
      message: expect.stringContaining('no route to mirror') as string,
    });
    expect((await readdir(cache)).filter((name) => name.startsWith('demo-'))).toEqual([]);
  });

  it('says which package is missing when the tool is not installed', async () => {
    await standIn('apt-get', 'exit 0');
    await standIn('mmdebstrap', 'exit 127');
    const making = makeDemoImage({ cache, runner: runnerWithStandIns(), machine: debian });
    await expect(making).rejects.toMatchObject({
      advice: expect.stringContaining('apt-get install mmdebstrap') as string,
    });
  });

  it('says the same when the machine has no apt', async () => {
    const absent = { exitCode: undefined, endedBySignal: undefined, notFound: true, timedOut: false };
    const runner: Runner = { run: async () => ({ ...absent, stdout: '', stderr: '' }) };
    await expect(makeDemoImage({ cache, runner, machine: debian })).rejects.toThrow(/no apt-get/);
  });

  it('tells the steps that take long and no others', () => {
    expect(stepOf('I: installing remaining packages inside the chroot...')).toBe(
      'installing remaining packages inside the chroot',
    );
    expect(stepOf('I: using /x as tempdir')).toBeUndefined();
  });
});
