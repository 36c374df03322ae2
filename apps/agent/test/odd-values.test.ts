// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';

import { VARIABLES } from '@ims/env';
import { cleanUp, ODD_VALUES, runHere, temporaryDirectory } from '@ims/testing';
import { afterEach, describe, expect, it } from 'vitest';

import { run } from '../src/cli.ts';
import { readConfig } from '../src/config.ts';
import { readPrepareConfig } from '../src/prepare/config.ts';

afterEach(cleanUp, 120_000);

type Env = Readonly<Record<string, string>>;

const JOB: Env = {
  IMS_ACTION: 'customize',
  IMS_JOB_ID: '0a1b2c3d-0000-4000-8000-00000000abcd',
  IMAGE_ROOT_ARCHIVE_NAME: 'cos',
};
const URL = 'file:///nowhere/rootfs';

/** How each program is started, and how its configuration is read. */
const PROGRAMS = {
  run: {
    argv: (volume: string) => ['run', volume],
    read: (env: Env, volume: string) => readConfig(env, { parent: volume, goal: 'published' }),
  },
  prepare: {
    argv: (volume: string) => ['prepare', volume, URL],
    read: (env: Env, volume: string) => readPrepareConfig(env, { parent: volume, url: URL }),
  },
} as const;

type ProgramName = keyof typeof PROGRAMS;
const NAMES = Object.keys(PROGRAMS) as ProgramName[];

interface Cell {
  readonly name: string;
  readonly what: string;
  readonly env: Env;
}

/** Every variable with every odd value that the program refuses; of the others a job is made and not only a line. */
function refusedCells(program: ProgramName, volume: string): Cell[] {
  const cells = Object.keys(VARIABLES).flatMap((name) =>
    Object.entries(ODD_VALUES).map(([what, value]) => ({ name, what, env: { ...JOB, [name]: value } })),
  );
  return cells.filter(({ env }) => {
    try {
      PROGRAMS[program].read(env, volume);
      return false;
    } catch {
      return true;
    }
  });
}

describe.each(NAMES)('ims-agent %s', (program) => {
  it('refuses every odd value with one line and 2, and changes nothing where nobody waits', async () => {
    const volume = await temporaryDirectory('odd-values');
    // These say that it is a pod, whatever else they say.
    const pods = ['KUBERNETES_SERVICE_HOST', 'IMS_POD_NAME', 'IMS_POD_UID'];
    const cells = refusedCells(program, volume).filter(({ name }) => !pods.includes(name));
    expect(cells.length).toBeGreaterThan(100);
    const { argv } = PROGRAMS[program];
    const { codes, said } = await runHere(
      run,
      cells.map(({ env }) => ({ argv: argv(volume), env })),
    );
    expect(new Set(codes)).toEqual(new Set([2]));
    expect(said).toHaveLength(cells.length);
    for (const { name } of cells) expect(said.join('')).toContain(name);
    for (const text of said) {
      expect(text.indexOf('\n')).toBe(text.length - 1);
      expect(text.length).toBeLessThan(2000);
      expect(JSON.parse(text)).toMatchObject({ level: 'error', reason: 'ConfigurationInvalid' });
    }
    expect(await readdir(volume)).toEqual([]);
  });

  it('ends the job of a pod for any of them', async () => {
    const home = await temporaryDirectory('odd-values');
    // Without these nobody knows which job it is, where it is told, or that this is a pod.
    const vital = ['IMS_JOB_ID', 'IMAGE_ROOT_PARENT', 'IMS_TERMINATION_LOG', 'IMS_POD_NAME'];
    const cells = [...new Map(refusedCells(program, home).map((cell) => [cell.name, cell])).values()].filter(
      ({ name }) => !vital.includes(name),
    );
    expect(cells.length).toBeGreaterThan(20);
    const starts = cells.map(({ name, env }) => {
      const log = `${home}/${name}.log`;
      writeFileSync(log, '');
      const pod = { IMS_POD_NAME: 'a-pod', IMS_TERMINATION_LOG: log };
      return { argv: PROGRAMS[program].argv(`${home}/${name}`), env: { ...env, ...pod } };
    });
    await Promise.all(cells.map(async ({ name }) => await mkdir(`${home}/${name}`)));
    expect(new Set((await runHere(run, starts)).codes)).toEqual(new Set([2]));
    for (const { name } of cells) {
      for (const flag of ['failed', 'exiting', 'ready']) expect(existsSync(`${home}/${name}/${flag}`), name).toBe(true);
      const told = JSON.parse(readFileSync(`${home}/${name}.log`, 'utf8')) as { message: string };
      expect(told).toMatchObject({ phase: 'Failed', reason: 'ConfigurationInvalid' });
      expect(told.message).toContain(name);
    }
  });
});

describe('the command line of ims-agent', () => {
  const LINES: readonly (readonly [string, readonly string[]])[] = [
    ['run', ['rnu']],
    ['command', ['dance']],
    ['empty', ['run', '']],
    ['absolute', ['run', 'some/where']],
    ['parent', ['run', '/a\nb']],
    ['parent', ['run', '/a\0b']],
    ['log-level', ['--log-level', '', 'run', '/nowhere']],
    ['log-level', ['--log-level', 'loud', 'run', '/nowhere']],
    ['output', ['--output', 'xml', 'run', '/nowhere']],
    ['--ouptut', ['--ouptut', 'json', 'run', '/nowhere']],
    ['too many', ['run', '/nowhere', '/nowhere']],
    ['empty', ['prepare', '', URL]],
    ['url', ['prepare', '/nowhere']],
    ['address', ['prepare', '/nowhere', '']],
  ];

  it.each(LINES)('is refused with one line that names %s: %j', async (named, argv) => {
    const { codes, said } = await runHere(run, [{ argv, env: JOB }]);
    expect(codes).toEqual([2]);
    expect(said).toHaveLength(1);
    expect(said[0]).toContain(named.startsWith('parent') ? 'IMAGE_ROOT_PARENT' : named);
    expect(said[0]?.trimEnd()).not.toContain('\n');
  });

  it('names the command that was meant', async () => {
    expect((await runHere(run, [{ argv: ['rnu'], env: JOB }])).said[0]).toContain('Did you mean run?');
  });

  it.each(['info', 'WARNING', 'Debug'])('takes the level %s', async (level) => {
    const { said } = await runHere(run, [{ argv: ['--log-level', level, 'rnu'], env: JOB }]);
    expect(said[0]).toContain('Did you mean run?');
  });
});
