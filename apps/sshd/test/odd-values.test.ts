// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { existsSync } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';

import { VARIABLES } from '@ims/env';
import { cleanUp, ODD_VALUES, runHere, temporaryDirectory } from '@ims/testing';
import { afterEach, expect, it } from 'vitest';

import { run } from '../src/cli.ts';
import { readConfig } from '../src/config.ts';

afterEach(cleanUp, 120_000);

type Env = Readonly<Record<string, string>>;

const JOB: Env = { IMS_ACTION: 'customize', IMS_JOB_ID: '0a1b2c3d-0000-4000-8000-00000000abcd', IMS_PEER_TIMEOUT: '1' };

/** Every variable with every odd value that is refused. */
function refusedCells(volume: string): { readonly name: string; readonly env: Env }[] {
  const cells = Object.keys(VARIABLES).flatMap((name) =>
    Object.values(ODD_VALUES).map((value) => ({ name, env: { ...JOB, [name]: value } })),
  );
  return cells.filter(({ env }) => {
    try {
      readConfig(env, volume);
      return false;
    } catch {
      return true;
    }
  });
}

it('ims-sshd refuses every odd value with one line and 2, and changes nothing where nobody waits', async () => {
  const volume = await temporaryDirectory('odd-values');
  const cells = refusedCells(volume);
  expect(cells.length).toBeGreaterThan(40);
  const { codes, said } = await runHere(
    run,
    cells.map(({ env }) => ({ argv: ['run', volume], env })),
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

it('ims-sshd releases the agent of a pod for any of them', async () => {
  const home = await temporaryDirectory('odd-values');
  const cells = [...new Map(refusedCells(home).map((cell) => [cell.name, cell])).values()].filter(
    ({ name }) => name !== 'IMS_JOB_ID' && name !== 'IMAGE_ROOT_PARENT',
  );
  await Promise.all(cells.map(async ({ name }) => await mkdir(`${home}/${name}`)));
  const starts = cells.map(({ name, env }) => ({
    argv: ['run', `${home}/${name}`],
    env: { ...env, KUBERNETES_SERVICE_HOST: '198.51.100.1' },
  }));
  expect(new Set((await runHere(run, starts)).codes)).toEqual(new Set([2]));
  for (const { name } of cells)
    for (const flag of ['failed', 'exiting']) expect(existsSync(`${home}/${name}/${flag}`), name).toBe(true);
});

it.each(['run', 'check', 'probe'])('ims-sshd %s is refused for a volume that is none', async (command) => {
  for (const volume of ['', 'some/where', '/a\nb', '/a\0b', `/${'x'.repeat(65_535)}`]) {
    const { codes, said } = await runHere(run, [{ argv: [command, volume], env: JOB }]);
    expect(codes).toEqual([2]);
    expect(said).toHaveLength(1);
    expect(said[0]?.trimEnd()).not.toContain('\n');
  }
});

it('ims-sshd names the command that was meant', async () => {
  expect((await runHere(run, [{ argv: ['chekc'], env: JOB }])).said[0]).toContain('Did you mean check?');
});
