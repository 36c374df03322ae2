// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { readFile } from 'node:fs/promises';
import { afterEach, describe, expect, it } from 'vitest';

import { bundled, cleanUp, promisedNodes } from '@ims/testing';

import { startShell } from './support/sshd.ts';
import { createStub, listRecord, podRecord } from './support/stub.ts';

afterEach(cleanUp);

describe.each(await promisedNodes())('the plugin on Node $version', ({ file }) => {
  it('lists, shows and watches a job, logs in to it through a forwarded port, and finishes it', async () => {
    const shell = await startShell(true);
    const pod = podRecord({ phase: 'WaitingOnUser', 'ssh-host-key': shell.hostKey });
    const succeeded = { type: 'MODIFIED', object: podRecord({ phase: 'Succeeded' }) };
    const answers = { pods: listRecord(pod), port: String(shell.port), 'watched-pods': JSON.stringify(succeeded) };
    const { run } = await createStub(answers, { node: file, main: await bundled('kubectl-ims') });
    const ims = async (...args: string[]) => {
      const { end, stdout, stderr } = await run('--output', 'text', '--identity', shell.user.path, ...args);
      return { code: end.code, stdout, stderr };
    };

    expect((await ims('list')).stdout).toContain('my-job-x7x2p');
    expect((await ims('show', 'my-job')).stdout).toContain('WaitingOnUser');
    expect(await ims('watch', 'my-job')).toEqual({ code: 0, stdout: 'WaitingOnUser\nSucceeded\n', stderr: '' });
    expect(await ims('ssh', 'my-job', '--', 'echo here; exit 7')).toMatchObject({ code: 7, stdout: 'here\n' });
    expect(await ims('complete', 'my-job')).toMatchObject({ code: 0, stdout: 'my-job was told: complete\n' });
    expect(await ims('fail', 'my-job', 'not good')).toMatchObject({ code: 0 });
    expect(await readFile(shell.seen('/tmp/failed'), 'utf8')).toBe('not good\n');
    const unknown = await ims('show', 'none');
    expect(unknown.stderr.trim().split('\n')).toHaveLength(2);
    expect(unknown.code).toBe(2);
  });
});
