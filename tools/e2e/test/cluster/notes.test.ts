// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { eventually, freePort } from '@ims/testing';
import { expect, it } from 'vitest';

import { commandsBelow, notesIn } from '../charts/notes.ts';
import { commission } from '../publishing/base-image.ts';
import { expectPublished } from '../publishing/outcome.ts';
import { describeJobsOnOwn, type Bench } from './bench.ts';
import { LOSSES } from './losses.ts';
import { annotationOf, startPodJob, type PodJob } from './pod-job.ts';
import { openTerminal, type Terminal } from './terminal.ts';

const LOG_IN = /^Log in/;
const SHELL_OPEN = /^Wait until the shell/;
const END = /^Wait until the job has ended/;
const COLUMNS = /^NAME +PHASE +SINCE +PROGRESS +IMAGE +MESSAGE\n/;

interface Installed {
  readonly job: PodJob;
  readonly terminal: Terminal;
  /** What the notes say below a heading, with a port of this machine that is free. */
  readonly commands: (heading: RegExp) => string;
  readonly expectPublished: () => Promise<void>;
}

async function install(bench: Bench, values: Readonly<Record<string, Record<string, unknown>>>): Promise<Installed> {
  const world = await bench.startWorld();
  const { job: commissioned, base } = await commission(world);
  const source = { url: `s3://${world.objects.bucket}/${base.key}` };
  const job = await startPodJob(bench, { world, job: commissioned, values: { ...values, source } });
  const terminal = await openTerminal(bench.namespace, commissioned.key);
  const port = String(await freePort());
  return {
    job,
    terminal,
    commands: (heading) => commandsBelow(notesIn(job.said), heading).replaceAll('2222', port),
    expectPublished: async () => await expectPublished(world, commissioned, [base.key]),
  };
}

describeJobsOnOwn('what helm says of a job', 'notes', (bench) => {
  it('pasted as it stands follows the job, logs in by a forwarded port, publishes, and tells the end', async () => {
    const { job, terminal, commands, ...installed } = await install(bench(), { job: { jail: true } });
    await job.pod();
    const watch = terminal.start(commands(/^Watch/));
    // Right after the installation: what is followed is not over with the stage that prepares the image.
    const log = terminal.paste('sh', commands(/^Follow its log/));
    const open = await terminal.paste('bash', commands(SHELL_OPEN));
    expect(open).toMatchObject({ code: 0, stdout: expect.stringMatching(/^WaitingOnUser: log in as root/) as string });
    await watch.waitFor('WaitingOnUser');
    const columns = 'kubectl get pods -l ims.cray.com/job-id -o custom-columns-file=helm/ims-columns.txt';
    const listed = await terminal.paste('sh', `${columns} --namespace ${bench().namespace.name}`);
    expect(listed.stdout).toMatch(COLUMNS);
    expect(listed.stdout).toMatch(
      new RegExp(`\n${job.name}-\\w+ +WaitingOnUser +20\\S+Z +.* an image +log in as root`),
    );
    const login = `${commands(LOG_IN)}\nims_ssh 'echo made >/root/made; cat /root/made'\n${commands(/^Publish/)}`;
    expect(await terminal.paste('bash', login)).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^made$/m) as string,
    });
    const ended = await terminal.paste('sh', commands(END));
    expect(ended.stdout).toMatch(/condition met\nSucceeded: .*\n\[\{"type":/);
    expect(ended.stdout).toContain(annotationOf(await job.pod(), 'artifacts'));
    for (const name of ['prepare', 'agent', 'sshd'])
      expect((await log).stdout).toMatch(new RegExp(`^\\S+/${name}\\] `, 'm'));
    expect((await log).stdout).toContain('Succeeded');
    await installed.expectPublished();
  });

  it('goes on with the pod that has replaced another, by the address of a load balancer alone', async () => {
    const { job, terminal, commands, ...installed } = await install(bench(), { service: { type: 'LoadBalancer' } });
    const first = await job.shellReady();
    await LOSSES.find(({ name }) => name === 'agent kill -9')?.lose(bench(), first, 'both');
    const next = await eventually(async () =>
      (await job.pods()).find(({ metadata }) => metadata.uid !== first.metadata.uid),
    );
    expect((await terminal.paste('sh', commands(SHELL_OPEN))).stdout).toMatch(/^WaitingOnUser: /);
    const ready = await job.shellReady();
    expect(ready.metadata.uid).toBe(next.metadata.uid);
    expect(await job.pods()).toHaveLength(2);
    const balanced = async (...ingress: readonly Record<string, string>[]): Promise<void> => {
      const status = JSON.stringify({ status: { loadBalancer: { ingress } } });
      const patch = ['patch', 'service', job.name, '--subresource', 'status', '--type', 'merge', '--patch', status];
      await bench().namespace.kubectl(patch);
    };
    const address = commands(LOG_IN)
      .split('\n')
      .filter((line) => line.startsWith('ADDRESS='))
      .join('\n');
    await balanced({ hostname: 'lb.example.com' });
    expect(await terminal.paste('sh', `${address}\necho "$ADDRESS"`)).toMatchObject({ stdout: 'lb.example.com\n' });
    const ip = ready.status.podIP ?? '';
    await balanced({ ip, ipMode: 'VIP' });
    expect(await terminal.paste('sh', `${address}\necho "$ADDRESS"`)).toMatchObject({ stdout: `${ip}\n` });
    const login = await terminal.paste('sh', `${commands(LOG_IN)}\n${commands(/^Publish/)}`);
    expect(login).toMatchObject({ code: 0 });
    const ended = await terminal.paste('bash', commands(END));
    expect(ended.stdout).toMatch(/condition met\nSucceeded: .*\n\[\{"type":/);
    await installed.expectPublished();
  });

  it('ends the waiting when the job has failed, and says why', async () => {
    const { job, terminal, commands } = await install(bench(), { job: { jail: true }, source: {} });
    await job.shellReady();
    await terminal.paste('bash', `${commands(LOG_IN)}\n${commands(/^Or give it up/)}`);
    expect((await terminal.paste('bash', commands(END))).stdout).toMatch(/condition met\nFailed: /);
    expect(await terminal.paste('bash', commands(SHELL_OPEN))).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('no matching resources found') as string,
    });
  });
});
