// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { ERRORS, REQUIRED_PERMISSIONS } from '@ims/contract';
import { eventually, onCleanup } from '@ims/testing';
import { expect, it } from 'vitest';

import { expectPublished } from '../publishing/outcome.ts';
import { describeJobs } from './bench.ts';
import { startCustomizing } from './customizing.ts';
import type { Namespace } from './namespace.ts';
import { createPerson, installPlugin } from './plugin.ts';
import { annotationOf } from './pod-job.ts';
import { endOf } from './seen.ts';
import { expectToldTruly } from './told.ts';

/** Takes from the agents of the namespace what the chart has given them; the answer gives it back, at the latest when the test has ended. */
async function revoke(namespace: Namespace): Promise<() => Promise<void>> {
  await namespace.kubectl(['delete', 'rolebinding', 'ims-agent']);
  const who = ['--role', 'ims-agent', '--serviceaccount', `${namespace.name}:ims-agent`];
  let isRevoked = true;
  const giveBack = async (): Promise<void> => {
    if (isRevoked) await namespace.kubectl(['create', 'rolebinding', 'ims-agent', ...who]);
    isRevoked = false;
  };
  onCleanup(giveBack);
  return giveBack;
}

/** A row of what `ims-agent check` has found. */
interface Missing {
  readonly permission: { readonly resource: string };
  readonly command: string;
}

/** The name of what a command creates, if that is a binding. */
function nameOfBinding(command: string): string[] {
  return /create rolebinding (\S+)/.exec(command)?.slice(1) ?? [];
}

describeJobs('a Job whose agent loses its rights', 'revoked', (bench) => {
  it('while the shell is open ends as well as any, and says once what is missing', async () => {
    const { namespace } = bench();
    const { world, job, commissioned, base } = await startCustomizing(bench(), { jail: true });
    const onlooker = await createPerson(namespace, await installPlugin(), 'onlooker');
    const who = ['--serviceaccount', `${namespace.name}:${onlooker.name}`];
    await namespace.kubectl(['create', 'rolebinding', 'onlooker', '--role', 'ims-user', ...who]);
    const watch = onlooker.start('watch', job.name);
    await watch.waitFor('WaitingOnUser');
    await revoke(namespace);
    expect(await job.ssh('touch /tmp/complete')).toMatchObject({ code: 0 });
    expect(await job.ended('Complete')).toBe('CompletionsReached');
    expect(await watch.ended).toBe(0);
    expect(watch.said).toMatch(/^Succeeded /m);
    await expectPublished(world, commissioned, [base.key]);
    const pod = await job.pod();
    expect(annotationOf(pod, 'phase')).toBe('WaitingOnUser');
    expect(endOf(pod, 'agent')).toMatchObject({ exitCode: 0 });
    expect(await job.status()).toMatchObject({ phase: 'Succeeded' });
    const log = await namespace.kubectl(['logs', pod.metadata.name, '--container', 'agent']);
    for (const what of ['annotations', 'conditions', 'event']) {
      const said = log.split('\n').filter((line) => line.includes(`"what":"${what}"`) && line.includes('forbidden'));
      expect(said).toHaveLength(1);
      expect(said[0]).toContain('`ims-agent check` names the command that grants it');
    }
  });

  it('shows again what it does when they are given back in the middle of the upload, and all of its end', async () => {
    const { namespace } = bench();
    const { world, job, commissioned, base } = await startCustomizing(bench(), { jail: true });
    const giveBack = await revoke(namespace);
    const stall = world.proxies.s3.on({ fault: 'stall', method: 'PUT', path: /\/rootfs/ });
    expect(await job.ssh('touch /tmp/complete')).toMatchObject({ code: 0 });
    await stall.hit;
    expect(annotationOf(await job.pod(), 'phase')).toBe('WaitingOnUser');
    await giveBack();
    await eventually(async () => annotationOf(await job.pod(), 'phase') === 'Uploading');
    stall.lift();
    expect(await job.ended('Complete')).toBe('CompletionsReached');
    await expectPublished(world, commissioned, [base.key]);
    expect(await expectToldTruly(job, { exitCode: 0 })).toMatchObject({ phase: 'Succeeded' });
  });

  it('learns from `ims-agent check` what is missing, and has it by the very commands that it names', async () => {
    const { namespace } = bench();
    const { job, pod } = await startCustomizing(bench(), { jail: true });
    const check = async (): Promise<{ readonly exitCode: number; readonly missing: readonly Missing[] }> => {
      const command = 'ims-agent check --output json; code=$?; echo; echo $code';
      const inAgent = ['exec', pod.metadata.name, '--container', 'agent', '--', 'bash', '-c', command];
      const [answer = '', exitCode] = (await namespace.kubectl(inAgent)).split('\n').filter(Boolean);
      return { exitCode: Number(exitCode), missing: (JSON.parse(answer) as { missing: readonly Missing[] }).missing };
    };
    await revoke(namespace);
    // The API server takes a moment until it heeds that.
    const { missing } = await eventually(async () => {
      const found = await check();
      return found.missing.length === REQUIRED_PERMISSIONS.length ? found : undefined;
    });
    expect(missing.map(({ permission }) => permission.resource)).toEqual(
      REQUIRED_PERMISSIONS.map(({ resource }) => resource),
    );
    expect((await check()).exitCode).toBe(ERRORS.PermissionMissing.exit);
    const commands = missing.flatMap(({ command }) => command.split(' && '));
    for (const command of commands) await namespace.kubectl(command.split(' ').slice(1));
    onCleanup(async () => {
      await namespace.kubectl(['delete', 'rolebinding', ...commands.flatMap(nameOfBinding)]);
    });
    await eventually(async () => (await check()).exitCode === 0);
    expect(await job.ssh('touch /tmp/complete')).toMatchObject({ code: 0 });
    expect(await job.ended('Complete')).toBe('CompletionsReached');
    expect(annotationOf(await job.pod(), 'phase')).toBe('Succeeded');
  });
});
