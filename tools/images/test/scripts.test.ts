// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { execFile } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { cleanUp, temporaryDirectory } from '@ims/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { ROOT } from '../../lint/projects.js';

const SCRIPTS = {
  entrypoint: 'docker/sshd/entrypoint.sh',
  runScript: 'docker/sshd/run_script.sh',
  prepare: 'docker/agent/scripts/prep-env.sh',
  sidecar: 'docker/agent/scripts/buildenv-sidecar.sh',
};

/** Programs that say who they are, with which words and in which process they run, and end as they are told to. */
let bin: string;
const STAND_IN = `#!/bin/sh
echo "$$ \${0##*/} \${IMS_EXIT_CODES-unset}"
for word; do echo "<$word>"; done
exit "\${STAND_IN_EXIT:-0}"
`;

beforeAll(async () => {
  bin = await temporaryDirectory('programs');
  for (const name of ['tini', 'ims-agent', 'ims-sshd']) {
    writeFileSync(join(bin, name), STAND_IN);
    chmodSync(join(bin, name), 0o755);
  }
});

afterAll(cleanUp, 120_000);

/** What the script runs, and whether it does so in its own process. */
async function run(script: string, words: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const running = promisify(execFile)(join(ROOT, script), words, { env: { PATH: `${bin}:/usr/bin:/bin`, ...env } });
  const { stdout } = await running;
  const [head = '', ...given] = stdout.trim().split('\n');
  const [pid, program, codes] = head.split(' ');
  return { sameProcess: Number(pid) === running.child.pid, program, codes, given };
}

describe('the paths that the pods of IMS start', () => {
  it('/entrypoint.sh becomes tini, which runs ims-sshd with the words it was given', async () => {
    expect(await run(SCRIPTS.entrypoint, [])).toEqual({
      sameProcess: true,
      program: 'tini',
      codes: 'drop-in',
      given: ['<-s>', '<-->', '<ims-sshd>', '<run>'],
    });
    expect((await run(SCRIPTS.entrypoint, ['/mnt/my image'])).given.at(-1)).toBe('</mnt/my image>');
  });

  it('/scripts/buildenv-sidecar.sh DIR becomes tini, which runs ims-agent', async () => {
    expect(await run(SCRIPTS.sidecar, ['/mnt/image'])).toEqual({
      sameProcess: true,
      program: 'tini',
      codes: 'drop-in',
      given: ['<-s>', '<-->', '<ims-agent>', '<run>', '</mnt/image>'],
    });
  });

  it('H34 /scripts/prep-env.sh DIR URL becomes ims-agent itself, so that no other process shows the address', async () => {
    const url = 'https://host/bucket/rootfs?X-Amz-Signature=a b&c=$d';
    expect(await run(SCRIPTS.prepare, ['/mnt/image', url])).toEqual({
      sameProcess: true,
      program: 'ims-agent',
      codes: 'drop-in',
      given: ['<prepare>', '</mnt/image>', `<${url}>`],
    });
  });

  it.each([SCRIPTS.prepare, SCRIPTS.sidecar])(
    'H34 started by a shell as IMS does, %s takes its place',
    async (path) => {
      const running = promisify(execFile)('bash', ['-ce', `${join(ROOT, path)} /mnt/image "URL"`], {
        env: { PATH: `${bin}:/usr/bin:/bin` },
      });
      expect((await running).stdout).toMatch(new RegExp(`^${String(running.child.pid)} `));
    },
  );

  it.each([SCRIPTS.entrypoint, SCRIPTS.prepare, SCRIPTS.sidecar])(
    '%s leaves exit codes to who sets them',
    async (path) => {
      expect((await run(path, [], { IMS_EXIT_CODES: 'own' })).codes).toBe('own');
      await expect(run(path, [], { STAND_IN_EXIT: '7' })).rejects.toMatchObject({ code: 7 });
    },
  );

  it.each([
    { path: SCRIPTS.sidecar, shell: 'dash', missing: 'tini' },
    { path: SCRIPTS.sidecar, shell: 'bash', missing: 'ims-agent' },
    { path: SCRIPTS.prepare, shell: 'bash', missing: 'ims-agent' },
    { path: SCRIPTS.entrypoint, shell: 'dash', missing: 'ims-sshd' },
    { path: SCRIPTS.entrypoint, shell: 'bash', missing: 'tini' },
  ])(
    '$path read by $shell releases the other container when there is no $missing',
    async ({ path, shell, missing }) => {
      const programs = await temporaryDirectory('programs');
      const volume = await temporaryDirectory('volume');
      for (const name of ['tini', 'ims-agent', 'ims-sshd'].filter((other) => other !== missing))
        copyFileSync(join(bin, name), join(programs, name));
      // The machine's own directories may have a tini.
      for (const name of ['rm', 'cp', 'sleep']) symlinkSync(`/bin/${name}`, join(programs, name));
      mkdirSync(join(volume, 'image-root/tmp'), { recursive: true });
      writeFileSync(join(volume, 'ready'), '');
      writeFileSync(join(volume, 'log'), '');
      const env = { PATH: programs, SSH_JAIL: 'True', IMS_TERMINATION_LOG: join(volume, 'log') };
      const running = promisify(execFile)(`/bin/${shell}`, [join(ROOT, path), volume, 'file:///nowhere'], { env });
      await expect(running).rejects.toMatchObject({ code: 127 });
      for (const flag of ['failed', 'exiting', 'image-root/tmp/failed'])
        expect(readFileSync(join(volume, flag), 'utf8')).toMatch(/^failed\nPlatformUnavailable\nthe program of /);
      if (path !== SCRIPTS.entrypoint)
        expect(JSON.parse(readFileSync(join(volume, 'log'), 'utf8'))).toMatchObject({ reason: 'PlatformUnavailable' });
    },
  );

  it('/run_script.sh, the default hook, does nothing', async () => {
    await expect(promisify(execFile)(join(ROOT, SCRIPTS.runScript))).resolves.toEqual({ stdout: '', stderr: '' });
  });

  it.each(Object.values(SCRIPTS))('%s is for a shell that every image has', (path) => {
    expect(readFileSync(join(ROOT, path), 'utf8').split('\n')[0]).toBe('#!/bin/sh');
  });
});
