// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { copyFile, mkdir, readdir, readFile, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createRunner, interpreterOf } from '@ims/process';
import { silentLogger } from '@ims/runtime';
import { cleanUp, imageTemplate, temporaryDirectory } from '@ims/testing';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';

import { DEMO_SCRIPT } from '../src/shell/demo-script.ts';
import { homeAt, jobPaths } from '../src/job/home.ts';
import { instructions } from '../src/shell/instructions.ts';
import { commandLine, quote } from '../src/shell/quote.ts';
import { insideImage, postFlag, runFromStdin, sshCommandWords, type Shell } from '../src/shell/shell.ts';

const run = promisify(execFile);

const shell: Shell = {
  paths: jobPaths(homeAt('/srv/jobs'), 'a-b'),
  jobId: 'a-b',
  port: 2222,
  jailed: true,
  imageRoot: "/srv/it's here/image-root",
  flags: '/tmp',
};

afterEach(cleanUp);

describe('a quoted word', () => {
  it('H30 is one word for a shell, whatever is in it', () => {
    const word = fc.string({ unit: 'binary' }).filter((text) => !text.includes('\0'));
    return fc.assert(
      fc.asyncProperty(fc.array(word, { minLength: 1, maxLength: 4 }), async (words) => {
        const { stdout } = await run('sh', ['-c', `printf '%s\\0' ${commandLine(words)}`]);
        expect(stdout.split('\0').slice(0, -1)).toEqual(words.map((text) => text.toWellFormed()));
      }),
      { numRuns: 50 },
    );
  });

  it('is left alone when nothing in it means anything', () => {
    expect(quote('/srv/jobs/a_b-c.pub')).toBe('/srv/jobs/a_b-c.pub');
    expect(quote('')).toBe("''");
  });
});

describe('a script that comes by standard input', () => {
  /** Names of scripts of ours in /tmp. */
  const left = async (token: string): Promise<string[]> =>
    (await readdir('/tmp')).filter((name) => name.includes(token));

  async function runScript(text: string): Promise<{ exitCode: number | undefined; stdout: string; left: string[] }> {
    const token = randomUUID();
    const runner = createRunner({ logger: silentLogger });
    const args = ['-c', runFromStdin(token, interpreterOf(Buffer.from(text)))];
    const { exitCode, stdout } = await runner.run({ program: 'sh', args, input: text });
    return { exitCode, stdout, left: await left(token) };
  }

  it('gives its exit code and leaves nothing behind', async () => {
    expect(await runScript('echo hello; exit 7')).toEqual({ exitCode: 7, stdout: 'hello\n', left: [] });
  });

  it('is run by the interpreter that its first line names', async () => {
    expect((await runScript('#!/usr/bin/awk -f\nBEGIN { print 6 * 7 }')).stdout).toBe('42\n');
  });

  it('without such a line is run by the shell, also where that is busybox and there is no /proc', async () => {
    const image = await imageTemplate();
    const root = await temporaryDirectory();
    for (const name of ['bin', 'dev', 'tmp']) await mkdir(join(root, name));
    await run('mknod', [join(root, 'dev/null'), 'c', '1', '3']);
    await copyFile(join(image, 'bin/busybox'), join(root, 'bin/busybox'));
    for (const name of ['sh', 'cat', 'rm', 'chmod']) await symlink('busybox', join(root, 'bin', name));
    const script = Buffer.from('# no interpreter is named\necho "run by a shell"; exit 5\n');
    const remote = runFromStdin(randomUUID(), interpreterOf(script));
    const { exitCode, stdout } = await createRunner({ logger: silentLogger }).run({
      ...{ program: 'chroot', args: [root, '/bin/sh', '-c', remote], env: { PATH: '/usr/sbin:/bin' }, input: script },
    });
    expect({ exitCode, stdout }).toEqual({ exitCode: 5, stdout: 'run by a shell\n' });
    expect(await readdir(join(root, 'tmp'))).toEqual([]);
  });

  it('arrives byte for byte, whatever its encoding', async () => {
    const payload = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
    const script = Buffer.concat([Buffer.from('#!/bin/sh\ntail -c 256 "$0" | od -An -v -tx1; exit 0\n'), payload]);
    const { stdout } = await createRunner({ logger: silentLogger }).run({
      ...{ program: 'sh', args: ['-c', runFromStdin(randomUUID(), interpreterOf(script))], input: script },
    });
    expect(Buffer.from(stdout.replaceAll(/\s/g, ''), 'hex')).toEqual(payload);
  });

  it('cannot read the rest of itself as its input, and runs with the usual mask', async () => {
    expect((await runScript('cat; umask\n# rest')).stdout).toBe('0022\n');
  });

  it('of the demonstration is sound shell', async () => {
    const outcome = await createRunner({ logger: silentLogger }).run({
      program: 'sh',
      args: ['-n'],
      input: DEMO_SCRIPT,
    });
    expect(outcome).toMatchObject({ exitCode: 0, stderr: '' });
  });
});

describe('what is run over ssh', () => {
  it('is inside the image root: by the jail, or by chroot', () => {
    expect(insideImage(shell, 'ls')).toBe('exec /bin/sh -c ls');
    expect(insideImage({ ...shell, jailed: false }, 'ls /')).toBe(
      `exec chroot '/srv/it'\\''s here/image-root' /bin/sh -c 'ls /'`,
    );
  });

  it('trusts the pinned host key only and asks nothing', () => {
    const words = sshCommandWords(shell, 'true').join(' ');
    expect(words).toContain('-o StrictHostKeyChecking=yes');
    expect(words).toContain('-o HostKeyAlias=ims-job-a-b');
    expect(words).toContain('-o BatchMode=yes');
    expect(words.endsWith('root@127.0.0.1 true')).toBe(true);
  });

  it('posts a flag in one step, with every character of its reason', async () => {
    const flags = await temporaryDirectory();
    await run('sh', ['-c', postFlag({ ...shell, flags }, 'failed', `it's $(over) "now"`)]);
    expect(await readdir(flags)).toEqual(['failed']);
    expect(await readFile(join(flags, 'failed'), 'utf8')).toBe(`it's $(over) "now"\n`);
  });

  it('tells a person the same door and the flags as that shell sees them', () => {
    const text = instructions({ ...shell, jailed: false, flags: '/srv/volume' }).join('\n');
    expect(text).toContain('-p 2222 -i /srv/jobs/jobs/a-b/keys/id_ed25519');
    expect(text).toContain('touch /srv/volume/complete');
    expect(text).toContain("/srv/it's here/image-root");
  });
});
