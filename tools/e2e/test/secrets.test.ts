// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { readFile } from 'node:fs/promises';
import { afterEach, describe, expect, it } from 'vitest';

import { cleanUp } from '@ims/testing';

import { complete } from './support/finish.ts';
import { openPair } from './support/pair.ts';
import { publishedImage, unpack } from './support/published.ts';

afterEach(cleanUp);

const SECRET = 'planted-7f3a-secret-of-the-agent';
const AGENT_ENV = { S3_SECRET_KEY: SECRET, OAUTH_CLIENT_SECRET: SECRET };
/** Found by what it is made of, so that the search is not its own find. */
const PATTERN = SECRET.replace('7f3a', '[7]f3a');

describe('a secret in the environment of the agent', () => {
  it('H31 is nowhere in reach of a shell that is not jailed: environment, processes, files of the job', async () => {
    const pair = await openPair({ agentEnv: AGENT_ENV });
    const { parent, config } = pair.volume;
    const search = [
      `env | grep -c '${PATTERN}'`,
      `cat /proc/[0-9]*/environ /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' '\\n' | grep -c '${PATTERN}'`,
      `grep -r -c '${PATTERN}' ${parent} ${config} 2>/dev/null | grep -v ':0$' | wc -l`,
    ];
    const { stdout } = await pair.ssh(search.join('; '));
    expect(stdout.trim().split('\n')).toEqual(['0', '0', '0']);
    // The search finds what is there to be found.
    const control = await pair.ssh(`FOUND=${SECRET} env | grep -c '${PATTERN}'`);
    expect(control.stdout.trim()).toBe('1');
    await complete(pair);
  });

  it('H31 a jailed shell sees no process and no file of either half', async () => {
    const pair = await openPair({ jailed: true, agentEnv: AGENT_ENV });
    const { stdout } = await pair.ssh(`env; ls /proc; ls / /tmp; cat ${pair.volume.config}/sshd_config`);
    expect(stdout).not.toContain(SECRET);
    expect(stdout).not.toContain('authorized_keys');
    await complete(pair);
  });

  it('H34 stands in no log, status, message or published file', async () => {
    const pair = await openPair({ jailed: true, agentEnv: { ...AGENT_ENV, LOG_LEVEL: 'DEBUG' } });
    await complete(pair);
    const { directory } = await publishedImage(pair.job);
    const written = [
      pair.agent.stdout + pair.agent.stderr + pair.sshd.stdout + pair.sshd.stderr,
      JSON.stringify(await pair.status()),
      await readFile(pair.job.terminationLog, 'utf8'),
      await readFile(`${pair.volume.layout.private}/journal.jsonl`, 'utf8'),
      await readFile(`${directory}/manifest.json`, 'utf8'),
      await readFile(`${directory}/image.json`, 'utf8'),
    ];
    for (const text of written) expect(text).not.toContain(SECRET);
    expect(await readFile(`${await unpack(pair.job)}/etc/passwd`, 'utf8')).not.toContain(SECRET);
  });

  it('H34 the private keys of the shell are never logged', async () => {
    const pair = await openPair({ jailed: true, agentEnv: { LOG_LEVEL: 'DEBUG' }, sshdEnv: { LOG_LEVEL: 'DEBUG' } });
    await complete(pair);
    const said = pair.agent.stdout + pair.agent.stderr + pair.sshd.stdout + pair.sshd.stderr;
    expect(said).not.toContain('PRIVATE KEY');
  });
});
