// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { afterEach, expect, it } from 'vitest';

import { cleanUp, runProgram } from '@ims/testing';

import { createJob } from './support/job.ts';
import { readStatus, startPair } from './support/pair.ts';
import { describeTree } from './support/tree.ts';

afterEach(cleanUp);

const HALVES = ['agent', 'sshd'] as const;

/** Starts one half on a job with these variables, and tells how it ended and what became of the volume. */
async function refused(app: 'agent' | 'sshd', env: Readonly<Record<string, string>>) {
  const job = await createJob({ agentEnv: env, sshdEnv: env });
  const { parent, config } = job.volume;
  const look = () => [...describeTree(parent), ...describeTree(config), ...describeTree(job.volume.scratch)];
  const before = look();
  const { end, stderr } = await runProgram({ app, args: ['run'], env: app === 'agent' ? job.agentEnv : job.sshdEnv });
  return { code: end.code, stderr, changed: JSON.stringify(look()) !== JSON.stringify(before) };
}

it.each(HALVES)('%s refuses an unknown action with 2 and changes nothing', async (app) => {
  const { code, stderr, changed } = await refused(app, { IMS_ACTION: 'Customize' });
  expect(code).toBe(2);
  expect(JSON.parse(stderr)).toMatchObject({ level: 'error', reason: 'ConfigurationInvalid' });
  expect(stderr).toContain('IMS_ACTION');
  expect(stderr).toContain('`create`, `customize`');
  expect(changed).toBe(false);
});

it.each(HALVES)('%s names every problem of the environment at once', async (app) => {
  const wrong = {
    IMS_ACTION: '',
    IMS_JOB_ID: 'no-uuid',
    SSH_JAIL: 'maybe',
    BUILD_ARCH: 'sparc',
    IMS_PEER_TIMEOUT: '-1',
    ...(app === 'agent' ? { IMS_STORE: 'gopher://boot-images' } : { SSHD_OPTIONS: '-D' }),
  };
  const { code, stderr, changed } = await refused(app, wrong);
  expect(code).toBe(2);
  for (const name of Object.keys(wrong)) expect(stderr).toContain(name);
  expect(stderr.trim().split('\n')).toHaveLength(1);
  expect(changed).toBe(false);
});

it.each([
  { app: 'sshd', name: 'SSHD_OPTIONS', value: '-D -f /etc/ssh/sshd_config' },
  { app: 'sshd', name: 'REMOTE_BUILD_NODE', value: 'ncn-w001' },
  { app: 'agent', name: 'IMS_STORE', value: 'gopher://boot-images' },
  { app: 'agent', name: 'REMOTE_BUILD_NODE', value: 'ncn-w001' },
  { app: 'agent', name: 'IMS_SSH_LISTEN', value: '127.0.0.1\nPermitRootLogin yes' },
  { app: 'agent', name: 'KERNEL_FILENAME', value: '../vmlinuz' },
] as const)('$app refuses $name=$value with 2 and changes nothing', async ({ app, name, value }) => {
  const { code, stderr, changed } = await refused(app, { [name]: value });
  expect(code).toBe(2);
  expect(stderr).toContain(name);
  expect(changed).toBe(false);
});

it('the agent refuses to open a shell that nobody could enter, before it changes the image', async () => {
  const job = await createJob({ agentEnv: { IMS_AUTHORIZED_KEYS: '/nowhere/authorized_keys' } });
  const before = [...describeTree(job.volume.imageRoot)];
  const { end, lines } = await runProgram({ app: 'agent', args: ['run'], env: job.agentEnv });
  expect(end.code).toBe(2);
  expect(lines.find(({ level }) => level === 'error')?.msg).toContain('/nowhere/authorized_keys');
  expect(await readStatus(job)).toMatchObject({ phase: 'Failed', reason: 'ConfigurationInvalid' });
  expect([...describeTree(job.volume.imageRoot)]).toEqual(before);
});

it('H9 a store that cannot be made ends both halves with the reason before anybody has worked in vain', async () => {
  const pair = await startPair({ jailed: true, agentEnv: { IMS_STORE: '/proc/nope' } });
  expect(await pair.ends()).toEqual({ agent: 40, sshd: 21 });
  expect(await readStatus(pair.job)).toMatchObject({ phase: 'Failed', reason: 'StoreUnavailable' });
  expect(pair.sshd.lines.some((line) => line['phase'] === 'Open')).toBe(false);
});

it('says which variable is almost right', async () => {
  const agentEnv = { IMS_AUTHORIZED_KEYS: '/nowhere', IMAGE_ROOT_PARENTS: '/mnt', SSH_JAILS: 'True' };
  const job = await createJob({ agentEnv });
  const { lines } = await runProgram({ app: 'agent', args: ['run'], env: job.agentEnv });
  const warnings = lines.filter(({ level }) => level === 'warn').map(({ msg }) => msg);
  expect(warnings.join()).toMatch(/IMAGE_ROOT_PARENTS .* did you mean IMAGE_ROOT_PARENT\?/);
  expect(warnings.join()).toMatch(/SSH_JAILS .* did you mean SSH_JAIL\?/);
});
