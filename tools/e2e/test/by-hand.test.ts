// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { chmod, rm, writeFile } from 'node:fs/promises';

import { afterEach, describe, expect, it } from 'vitest';

import { cleanUp, runProgram, type Program } from '@ims/testing';

import { complete } from './support/finish.ts';
import { createJob, type Job } from './support/job.ts';
import { openPair } from './support/pair.ts';

afterEach(cleanUp);

async function byHand(job: Job, command: 'check' | 'probe'): Promise<Program & { end: { code: number | null } }> {
  return await runProgram({ app: 'sshd', args: [command], env: job.sshdEnv });
}

describe('ims-sshd by hand', () => {
  it('checks a root and a configuration that sshd would take, and logs in through the open door', async () => {
    const pair = await openPair({ jailed: true, shared: true });
    const checked = await byHand(pair.job, 'check');
    expect(checked.stdout).toBe('ok      the configuration of sshd\nok      the image root as a jail\n');
    expect(checked.end.code).toBe(0);
    const probed = await byHand(pair.job, 'probe');
    expect([probed.stdout, probed.end.code]).toEqual(['a login through the door works\n', 0]);
    await complete(pair);
    expect(await pair.ends()).toEqual({ agent: 0, sshd: 0 });
    expect((await byHand(pair.job, 'probe')).end.code).toBe(23);
  });

  it('H37 names every refusal with its mend and changes nothing', async () => {
    const job = await createJob({ jailed: true });
    const { imageRoot, config } = job.volume;
    await rm(`${imageRoot}/bin/bash`);
    await chmod(imageRoot, 0o775);
    await writeFile(`${config}/sshd_config`, 'Port 22\nNoSuchKeyword yes\n');
    const { stdout, end } = await byHand(job, 'check');
    expect(stdout).toContain('NoSuchKeyword');
    expect(stdout).toContain('chmod go-w');
    expect(stdout).toContain('/bin/bash');
    expect(end.code).toBe(24);
    expect((await byHand(job, 'check')).stdout).toBe(stdout);
  });
});
