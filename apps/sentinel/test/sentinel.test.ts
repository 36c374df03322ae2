// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { cleanUp, createVolume, eventually, runProgram, spawnProgram, type Program, type Volume } from '@ims/testing';

let volume: Volume;
beforeEach(async () => {
  volume = await createVolume({ jailed: true });
});
afterEach(cleanUp);

const sentinel = async (...args: string[]): ReturnType<typeof runProgram> =>
  await runProgram({ app: 'sentinel', args: ['--directory', volume.parent, ...args] });

const waiting = async (...args: string[]): Promise<Program> => {
  const program = spawnProgram({ app: 'sentinel', args: ['--directory', volume.parent, 'wait', ...args] });
  // The first wait makes the private directory.
  await eventually(
    async () => await readFile(`${volume.parent}/.ims`).catch((error: unknown) => String(error).includes('EISDIR')),
  );
  return program;
};

describe('post and clear', () => {
  it('write an empty flag and take it away again', async () => {
    expect((await sentinel('post', 'complete')).end.code).toBe(0);
    expect(await readFile(`${volume.parent}/complete`, 'utf8')).toBe('');
    expect((await sentinel('clear', 'complete', 'failed')).end.code).toBe(0);
    await expect(readFile(`${volume.parent}/complete`)).rejects.toThrow('ENOENT');
  });

  it("write a message as its writer's own words", async () => {
    const { lines } = await sentinel('--output', 'json', 'post', 'failed', '--message', 'the RPM is missing');
    expect(lines).toEqual([
      {
        name: 'failed',
        path: `${volume.parent}/failed`,
        state: 'text',
        message: 'the RPM is missing',
      },
    ]);
    expect(await readFile(`${volume.parent}/failed`, 'utf8')).toBe('the RPM is missing\n');
  });

  it('find the flags of a jailed job in the image', async () => {
    await sentinel('--jailed', 'post', 'complete');
    expect(await readFile(`${volume.imageRoot}/tmp/complete`, 'utf8')).toBe('');
    await sentinel('--jailed', 'clear', 'complete');
    await expect(readFile(`${volume.imageRoot}/tmp/complete`)).rejects.toThrow('ENOENT');
  });

  it('H27 write nothing through a link that leads out of the image', async () => {
    await rm(`${volume.imageRoot}/tmp`, { recursive: true });
    await symlink('/../../../../../..' + volume.scratch, `${volume.imageRoot}/tmp`);
    const { end } = await sentinel('--jailed', 'post', 'complete');
    expect(end.code).not.toBe(0);
    await expect(readFile(`${volume.scratch}/complete`)).rejects.toThrow('ENOENT');
  });

  it('take the volume from the environment as the pair does', async () => {
    const env = { IMAGE_ROOT_PARENT: volume.parent, SSH_JAIL: 'True' };
    const { end } = await runProgram({ app: 'sentinel', args: ['post', 'failed'], env });
    expect(end.code).toBe(0);
    expect(await readFile(`${volume.imageRoot}/tmp/failed`, 'utf8')).toBe('');
  });
});

describe('wait', () => {
  it('ends with 0 when one of the flags comes, and prints its name alone into a pipe', async () => {
    const program = await waiting('complete', 'failed');
    await writeFile(`${volume.parent}/failed`, 'my own words');
    expect(await program.ended).toEqual({ code: 0, signal: null });
    expect(program.stdout).toBe('failed\n');
  });

  it('prints one name when several flags are there: failed wins, else the first that was asked for', async () => {
    for (const flag of ['complete', 'failed', 'ready']) await writeFile(`${volume.parent}/${flag}`, '');
    expect((await sentinel('wait', 'complete', 'failed')).stdout).toBe('failed\n');
    expect((await sentinel('--output', 'text', 'wait', 'ready', 'complete')).stdout).toBe('ready\n');
  });

  it('tells all of them to who asks for JSON', async () => {
    await writeFile(`${volume.parent}/complete`, '');
    await writeFile(`${volume.parent}/failed`, 'my own words');
    const { lines } = await sentinel('--output', 'json', 'wait', 'complete', 'failed', 'exiting');
    expect(lines).toMatchObject([
      { name: 'complete', state: 'empty' },
      { name: 'failed', state: 'text', message: 'my own words' },
    ]);
  });

  it('ends at once when the flag is there already', async () => {
    await writeFile(`${volume.parent}/ready`, '');
    expect((await sentinel('wait', 'ready', '--timeout', '1h')).end.code).toBe(0);
  });

  it('ends with 22 when the time is up, naming what it waited for and how long', async () => {
    await mkdir(`${volume.parent}/ready`);
    const { end, stderr } = await sentinel('--output', 'text', 'wait', 'ready', '--timeout', '50ms');
    expect(end.code).toBe(22);
    expect(stderr).toContain('waiting for ready took longer than 0.05 s');
  });

  it('ends with 143 when it is stopped', async () => {
    const program = await waiting('complete');
    program.kill('SIGTERM');
    expect(await program.ended).toEqual({ code: 143, signal: null });
  });
});

describe('show', () => {
  it('says what stands at every path, whatever it is', async () => {
    await writeFile(`${volume.parent}/ready`, 'ready\n');
    await mkdir(`${volume.parent}/failed`);
    const { lines } = await sentinel('--output', 'json', 'show');
    const states = new Map(lines.map((line) => [line['name'], line['state']]));
    expect([...states]).toEqual(
      Object.entries({
        ready: 'note',
        complete: 'absent',
        failed: 'unusable',
        'complete.refused': 'absent',
        exiting: 'absent',
        build_failed: 'absent',
      }),
    );
  });

  it.each(['done', 'failed', 'interrupted', 'peer-lost', 'refused', 'failed\nbecause of it'])(
    "takes a person's own %j for text, although it begins like a note of the pair",
    async (words) => {
      for (const flag of ['complete', 'failed']) await writeFile(`${volume.parent}/${flag}`, `${words}\n`);
      const { lines } = await sentinel('--output', 'json', 'show');
      const flags = lines.filter(({ name }) => name === 'complete' || name === 'failed');
      expect(flags).toMatchObject([
        { name: 'complete', state: 'text', message: words },
        { name: 'failed', state: 'text', message: words },
      ]);
    },
  );

  it('is text for people', async () => {
    await writeFile(`${volume.parent}/failed`, 'two\nlines');
    const { stdout } = await sentinel('--output', 'text', 'show');
    expect(stdout).toMatch(/^failed +text +two lines$/m);
  });
});

describe('a command line', () => {
  it.each([
    [['post', 'door']],
    [['post', 'no-such-flag']],
    [['post']],
    [['wait', 'ready', '--timeout', 'soon']],
    [['dance']],
    [['show', '--colour']],
  ])('%j is refused with 2 and changes nothing', async (args) => {
    const { end, stderr } = await sentinel(...args);
    expect(end.code).toBe(2);
    expect(stderr).not.toBe('');
    await expect(readFile(`${volume.parent}/.ims`)).rejects.toThrow('ENOENT');
  });

  it('that names no volume is refused with 2 and one line', async () => {
    for (const directory of ['', ' ', 'some/where', '/a\nb', `/${'x'.repeat(65_535)}`]) {
      const { end, stderr } = await runProgram({ app: 'sentinel', args: ['--directory', directory, 'show'] });
      expect(end.code).toBe(2);
      expect(stderr.trimEnd().split('\n')).toHaveLength(1);
      expect(JSON.parse(stderr)).toMatchObject({ reason: 'ConfigurationInvalid' });
    }
  });

  it('that names no directory is refused with 2 and says how to mend it', async () => {
    const { end, stderr } = await runProgram({ app: 'sentinel', args: ['--directory', '/no/such/volume', 'show'] });
    expect(end.code).toBe(2);
    expect(stderr).toContain('--directory or IMAGE_ROOT_PARENT');
  });

  it('asks for help and for the version', async () => {
    const help = await sentinel('--help');
    expect(help.end.code).toBe(0);
    expect(help.stdout).toContain('ims-sentinel --directory /mnt/image wait complete failed --timeout 60s');
    expect((await sentinel('--version')).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});
