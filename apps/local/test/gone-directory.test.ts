// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { join } from 'node:path';
import { cleanUp, imageTemplate, runProgram, temporaryDirectory, type Program, type ProgramEnd } from '@ims/testing';
import { afterEach, describe, expect, it } from 'vitest';

import { resultOf } from './support/bench.ts';

afterEach(cleanUp);

/** Starts a program in a directory that is removed before. */
async function startedInNothing(
  app: string,
  args: readonly string[],
): Promise<Program & { readonly end: ProgramEnd; readonly home: string }> {
  const work = await temporaryDirectory('gone');
  const enter = 'mkdir "$1" && cd "$1" && rmdir "$1" && shift && exec "$@"';
  const home = join(work, 'home');
  const program = await runProgram({
    app,
    args,
    env: { IMS_JOB_HOME: home, HOME: '/root' },
    wrapper: ['sh', '-c', enter, 'sh', join(work, 'gone')],
  });
  return Object.assign(program, { home });
}

describe('a program whose working directory is gone', () => {
  it.each([
    { app: 'local', args: ['list', '--output', 'json'], code: 0, said: '' },
    { app: 'local', args: ['run', '--image', 'root', '--output', 'json'], code: 2, said: 'give an absolute path' },
    { app: 'agent', args: ['verify', '/nowhere/manifest.json'], code: 40, said: '/nowhere/manifest.json' },
    { app: 'agent', args: ['run'], code: 2, said: 'IMS_ACTION' },
    { app: 'sshd', args: ['run'], code: 2, said: 'IMS_ACTION' },
    { app: 'sentinel', args: ['show', '--directory', '/nowhere'], code: 2, said: '/nowhere' },
    { app: 'kubectl', args: ['list'], code: 2, said: 'kubectl' },
  ])('$app $args works as elsewhere, or says in one line what it needs', async ({ app, args, code, said }) => {
    const { end, stderr } = await startedInNothing(app, args);
    expect(end.code).toBe(code);
    expect(stderr).toContain(said);
    expect(stderr).not.toMatch(/uv_cwd|^ {4}at /m);
  });

  it('is no hindrance for a job whose paths are absolute', async () => {
    const image = await imageTemplate();
    const program = await startedInNothing('local', [
      'run',
      '--image',
      image,
      '--action',
      'create',
      '--output',
      'json',
    ]);
    expect(program.end.code).toBe(0);
    expect(resultOf(program)).toMatchObject({ outcome: 'Succeeded' });
  });
});
