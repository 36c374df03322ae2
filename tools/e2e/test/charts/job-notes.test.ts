// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import { cleanUp } from '@ims/testing';
import { afterEach, describe, expect, it } from 'vitest';

import { helm, type Values } from './charts.ts';
import { customize } from './job-object.ts';
import { commandsBelow, notesIn } from './notes.ts';

afterEach(cleanUp);

/** What helm says when it has installed a job, without a cluster. */
async function notesOf(values: Values): Promise<string> {
  return notesIn(await helm('ims-job', values, ['install', 'my-job', '--namespace', 'ims', '--dry-run=client']));
}

const CREATE = { ...customize({ builder: { image: 'kiwi:1' } }), source: {} };
const ID = customize()['job'] as Values;

describe('the notes of a job', () => {
  it.each<[string, Values, string]>([
    ['inside of the cluster', {}, 'ssh -p 2222 -o ConnectionAttempts=30 '],
    ['that is not there', { service: { enabled: false, type: 'NodePort' } }, 'ssh -p 2222 -o ConnectionAttempts=30 '],
    ['of a load balancer', { service: { type: 'LoadBalancer', port: 2022 } }, 'ssh -p 2022 '],
    ['on a port of the node', { service: { type: 'NodePort' } }, 'ssh -p $PORT '],
  ])('log in by a service %s, to the key that the pod has told alone', async (_which, given, ssh) => {
    const login = commandsBelow(await notesOf({ ...customize(), ...given }), /^Log in/);
    expect(login).toContain(`\nims_ssh() { ${ssh}`);
    expect(login).toContain('-o UserKnownHostsFile=my-job.known_hosts -o StrictHostKeyChecking=yes ');
  });

  it.each<[string, Values, RegExp, string | undefined]>([
    ['a jail', customize({ job: { jail: true } }), /^Publish the image/, 'ims_ssh touch /tmp/complete'],
    ['an open shell', customize(), /^Publish the image/, 'ims_ssh touch /mnt/image/complete'],
    ['a failed build', { ...CREATE, job: { ...ID, action: 'create', debug: true } }, /^Publish/, undefined],
    [
      'a failed build',
      { ...CREATE, job: { ...ID, action: 'create', debug: true } },
      /^When you have seen enough, .* fails either way/,
      'ims_ssh touch /mnt/image/failed',
    ],
    ['a build without debug', { ...CREATE, job: { ...ID, action: 'create' } }, /shell|^Log in|touch/, undefined],
  ])('end the shell of %s as such a job ends', async (...[, values, heading, command]) => {
    const notes = await notesOf(values);
    expect(notes).toContain('Wait until the job has ended');
    if (command === undefined) expect(notes.split('\n').filter((line) => heading.test(line))).toEqual([]);
    else expect(commandsBelow(notes, heading)).toBe(command);
  });

  it.each<[string, Values]>([
    ['a new one', customize()],
    ['a load balancer', customize({ service: { type: 'LoadBalancer' } })],
    ['a port of the node', customize({ service: { type: 'NodePort' } })],
    ['a created one', { ...CREATE, job: { ...ID, action: 'create', debug: true } }],
  ])('are commands that a shell can read, and that zsh reads alike: %s', async (_what, values) => {
    const commands = commandsBelow(await notesOf(values), /./);
    for (const shell of ['bash', 'sh']) await promisify(execFile)(shell, ['-n', '-c', commands]);
    // What zsh takes otherwise when it is typed: a comment, and a variable that stands for several words.
    expect(commands).not.toMatch(/\s#|^\$/m);
  });

  it('warn of a shell that is root of the node, and of no other', async () => {
    const host = { job: { dkms: true }, runtimeClass: { dkms: '', hostKernel: true } };
    expect(await notesOf(customize(host))).toContain('WARNING: its shell has every right on the kernel of the node');
    expect(await notesOf(customize({ job: { dkms: true } }))).not.toContain('WARNING');
    expect(await notesOf(customize({ runtimeClass: { hostKernel: true } }))).not.toContain('WARNING');
  });

  it.each([
    ['goes with the job', {}, 'The claim and all that lies on it go with the job:'],
    ['is kept', { keep: true }, 'The claim stays when the job is removed:'],
    ['is of somebody', { existing: 'mine' }, 'That claim is yours, and stays when the job is removed:'],
  ])('say of a claim that it %s', async (_what, claim, said) => {
    expect(await notesOf(customize({ claim }))).toContain(said);
  });
});

describe('the notes of the surroundings', () => {
  it('start a job with the chart where it is', async () => {
    const notes = await helm('ims-buildenv', {}, ['install', 'env', '--namespace', 'ims', '--dry-run=client']);
    expect(notes).toContain('helm install --namespace ims JOB helm/ims-job --values job.yaml');
  });
});
