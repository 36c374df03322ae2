// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { readFile } from 'node:fs/promises';
import { afterEach, describe, expect, it } from 'vitest';

import { cleanUp } from '@ims/testing';

import { createStub, eventRecord, jobRecord, listRecord, podRecord } from './support/stub.ts';

afterEach(cleanUp);

const WAITING = {
  ...{ phase: 'WaitingOnUser', reason: 'Customize', 'phase-since': '2026-11-23T05:41:00Z' },
  ...{ message: 'Log in and customize the image', 'phase-history': '[["Starting","2026-11-23T05:40:11Z"]]' },
};

const foreign = { metadata: { name: 'web-0', namespace: 'ims' }, status: { phase: 'Running' } };

describe('list and show', () => {
  it('tell of the pods of jobs and of no others', async () => {
    const { run } = await createStub({ pods: listRecord(foreign, podRecord(WAITING)) });
    const { end, stdout } = await run('list', '--output', 'text');
    expect(end.code).toBe(0);
    expect(stdout).toMatch(/^NAMESPACE +JOB +POD +PHASE +SINCE +PROGRESS\nims +my-job +my-job-x7x2p +WaitingOnUser +/);
    expect(stdout).not.toContain('web-0');
  });

  it.each(['my-job', '7f1c', 'my-job-x7x2p', 'pod/my-job-x7x2p'])('find a job as %s', async (name) => {
    const { run } = await createStub({ pods: listRecord(foreign, podRecord(WAITING)) });
    const { stdout } = await run('--output', 'json', 'show', name);
    expect(JSON.parse(stdout)).toMatchObject({
      ...{ job: 'my-job', jobId: '7f1c', pod: 'my-job-x7x2p', phase: 'WaitingOnUser' },
      'phase-history': [['Starting', '2026-11-23T05:40:11Z']],
    });
  });

  it('read a list that is longer than an outcome keeps', async () => {
    const many = Array.from({ length: 400 }, (_, index) => podRecord(WAITING, `pod-${String(index)}`));
    const { run } = await createStub({ pods: listRecord(...many) });
    expect(JSON.parse((await run('--output', 'json', 'list')).stdout)).toHaveLength(400);
  });

  it('H34 let no annotation drive the terminal, in lists within JSON neither', async () => {
    const evil = { ...WAITING, message: '\u001b[2Jgone\u202e', artifacts: '[{"type":"\\u001b]0;x\\u0007rootfs"}]' };
    const { run } = await createStub({ pods: listRecord(podRecord(evil)) });
    const { stdout } = await run('--output', 'text', 'show', 'my-job');
    expect(stdout).toContain('[2Jgone');
    // eslint-disable-next-line no-control-regex -- they are what is looked for
    expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
  });

  it('pass on where to look, and repeat what kubectl was refused for', async () => {
    const { run, directory } = await createStub({});
    const { end, stderr } = await run('--output', 'text', '-n', 'ims', '--context', 'a', 'list');
    expect(stderr).toContain('is forbidden: User "alice"');
    expect(stderr).toContain('PermissionMissing');
    expect(end.code).not.toBe(0);
    expect(await readFile(`${directory}/asked`, 'utf8')).toContain('--context=a');
  });

  it('tell of a Job whose pod was refused, why it was and what to do', async () => {
    const events = listRecord(
      eventRecord({ kind: 'Job', name: 'my-job' }, 'FailedCreate', 'exceeded quota: q, used: x'),
    );
    const answers = { 'jobs.batch': listRecord(jobRecord()), pods: listRecord(), events };
    const { run } = await createStub(answers);
    const listed = (await run('--output', 'text', 'list')).stdout;
    expect(listed).toMatch(/\nims +my-job +– +\(NoPod\) +– +no pod can be made: exceeded quota: q, used: x\n$/);
    const shown = (await run('--output', 'text', 'show', '7f1c')).stdout;
    expect(shown).toMatch(/\nwaits for +no pod can be made: exceeded quota.*\nto do +.*describe quota q\n/);
    expect(JSON.parse((await run('--output', 'json', 'show', 'my-job')).stdout)).toMatchObject({
      ...{ job: 'my-job', state: '(NoPod)', blocker: { why: 'no pod can be made: exceeded quota: q, used: x' } },
    });
    const login = await run('--output', 'text', 'ssh', 'my-job');
    expect(login.stderr).toContain('job my-job has no pod to log in to: no pod can be made: exceeded quota');
    expect(login.end.code).toBe(23);
  });

  it('say in one line that the cluster is away, and in the next what to try', async () => {
    const log = 'E1130 15:29:28.231940    4306 memcache.go:265] "Unhandled Error" err="connection refused"\n';
    const refusal = `${log.repeat(5)}The connection to the server 10.1.2.3:6443 was refused - did you specify the right host or port?\n`;
    const { run } = await createStub({ refusal });
    const { end, stderr } = await run('--output', 'text', 'list');
    expect(stderr).toBe(
      'kubectl-ims: the cluster cannot be reached: The connection to the server 10.1.2.3:6443 was refused - did you specify the right host or port?\n' +
        '  ConfigurationInvalid: look whether `kubectl cluster-info` reaches it, with the same --context and --kubeconfig\n',
    );
    expect(end.code).toBe(2);
  });

  it('name a job that is not there', async () => {
    const { run } = await createStub({ pods: listRecord() });
    expect((await run('--output', 'text', 'show', 'none')).stderr).toContain('called "none"');
  });
});

describe('watch', () => {
  const NOW = 'WaitingOnUser  Customize  Log in and customize the image';
  const told = (phase: string, reason = phase): string =>
    JSON.stringify({ type: 'MODIFIED', object: podRecord({ phase, reason }) }, undefined, 4);

  it('tells each change once and ends with the job', async () => {
    const watched = [told('Packaging'), told('Packaging'), told('Succeeded')].join('\n');
    const { run } = await createStub({ pods: listRecord(podRecord(WAITING)), 'watched-pods': watched });
    const { end, stdout } = await run('--output', 'text', 'watch', 'my-job');
    expect(stdout.trim().split('\n')).toEqual([NOW, 'Packaging', 'Succeeded']);
    expect(end.code).toBe(0);
  });

  it('exits with the code of the reason that the job failed for', async () => {
    const { run } = await createStub({
      pods: listRecord(podRecord(WAITING)),
      'watched-pods': told('Failed', 'MarkedFailed'),
    });
    expect((await run('--output', 'text', 'watch', 'my-job')).end.code).toBe(10);
  });

  /** A pod whose agent has ended and could not change what the pod tells; kubectl gives what it was when it ended. */
  const ended = (podPhase: string, terminated: object, told: Readonly<Record<string, string>> = WAITING): string => {
    const pod = podRecord({ progress: 'rootfs 61%', ...told });
    const status = { phase: podPhase, containerStatuses: [{ name: 'agent', state: { terminated } }] };
    return JSON.stringify({ type: 'MODIFIED', object: { ...pod, status } }, undefined, 4);
  };
  const words = (phase: string, reason: string): string => JSON.stringify({ phase, reason, message: 'so it is' });

  it.each([
    { by: 'its last words', pod: 'Running', end: { exitCode: 0, message: words('Succeeded', 'Succeeded') }, code: 0 },
    {
      by: 'words that its 0 hides',
      pod: 'Succeeded',
      end: { exitCode: 0, message: words('Failed', 'MarkedFailed') },
      code: 10,
    },
    { by: 'the end of the pod', pod: 'Succeeded', end: { exitCode: 0 }, code: 0 },
    { by: 'its exit code', pod: 'Failed', end: { exitCode: 137, message: 'not JSON' }, code: 137 },
    { by: 'nothing better than a failed pod', pod: 'Failed', end: { exitCode: 0 }, code: 1 },
  ])('knows how a job ended whose agent was not heard at the end, by $by', async ({ pod, end, code }) => {
    const { run } = await createStub({ pods: listRecord(podRecord(WAITING)), 'watched-pods': ended(pod, end) });
    expect((await run('--output', 'text', 'watch', 'my-job')).end.code).toBe(code);
  });

  it('repeats the last words in the place of what is over', async () => {
    const watched = ended('Succeeded', { exitCode: 0, message: words('Succeeded', 'Succeeded') });
    const { run } = await createStub({ pods: listRecord(podRecord(WAITING)), 'watched-pods': watched });
    expect((await run('--output', 'text', 'watch', 'my-job')).stdout).toBe(`${NOW}\nSucceeded  so it is\n`);
  });

  it('believes the annotations when they tell of the end', async () => {
    const failed = { phase: 'Failed', reason: 'MarkedFailed' };
    const watched = ended('Succeeded', { exitCode: 0, message: words('Succeeded', 'Succeeded') }, failed);
    const { run } = await createStub({ pods: listRecord(podRecord(WAITING)), 'watched-pods': watched });
    expect((await run('--output', 'text', 'watch', 'my-job')).end.code).toBe(10);
  });

  it('ends with the Job, by what its last pod told, however late that is heard of', async () => {
    const conditions = [{ type: 'Failed', status: 'True', reason: 'PodFailurePolicy' }];
    const over = JSON.stringify({ type: 'MODIFIED', object: jobRecord({ conditions }) });
    const { run } = await createStub({
      'jobs.batch': listRecord(jobRecord()),
      pods: listRecord(podRecord({ phase: 'Failed', reason: 'MarkedFailed' })),
      'watched-jobs.batch': over,
    });
    const { end, stdout } = await run('--output', 'text', 'watch', 'my-job');
    expect(stdout.trim().split('\n').at(-1)).toBe('Failed  MarkedFailed');
    expect(end.code).toBe(10);
  });

  it('says when the Job is removed', async () => {
    const removed = JSON.stringify({ type: 'DELETED', object: jobRecord() });
    const answers = { 'jobs.batch': listRecord(jobRecord()), pods: listRecord(podRecord(WAITING)) };
    const { run } = await createStub({ ...answers, 'watched-jobs.batch': removed });
    const { end, stderr } = await run('--output', 'text', 'watch', 'my-job');
    expect(stderr).toContain('job my-job was removed before it had ended');
    expect(end.code).toBe(143);
  });

  it('says when the pod is removed', async () => {
    const watched = JSON.stringify({ type: 'DELETED', object: podRecord(WAITING) });
    const { run } = await createStub({ pods: listRecord(podRecord(WAITING)), 'watched-pods': watched });
    expect((await run('--output', 'text', 'watch', 'my-job')).stderr).toContain('was removed');
  });
});
