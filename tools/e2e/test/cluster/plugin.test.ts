// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { KUBERNETES_PREFIX } from '@ims/contract';
import { createSshKey, temporaryDirectory } from '@ims/testing';
import { expect, it } from 'vitest';

import { commission } from '../publishing/base-image.ts';
import { expectPublished } from '../publishing/outcome.ts';
import { describeJobs } from './bench.ts';
import { createPerson, installPlugin } from './plugin.ts';
import { annotationOf, startPodJob } from './pod-job.ts';

const HOST_KEY = `${KUBERNETES_PREFIX}ssh-host-key`;
const WHY = 'the "driver" does not build; $(touch /tmp/never)';

describeJobs('kubectl ims', 'plugin', (bench) => {
  it('shows jobs to whoever has the role of the chart, logs in by a forwarded port and finishes them', async () => {
    const { namespace } = bench();
    const world = await bench().startWorld();
    const one = await commission(world);
    const other = await commission(world);
    const url = (base: { readonly key: string }): string => `s3://${world.objects.bucket}/${base.key}`;
    const [good, bad] = await Promise.all([
      startPodJob(bench(), { world, job: one.job, values: { job: { jail: true }, source: { url: url(one.base) } } }),
      startPodJob(bench(), { world, job: other.job, values: { source: { url: url(other.base) } } }),
    ]);
    const bin = await installPlugin();
    const person = await createPerson(namespace, bin, 'somebody');

    const refused = await person.ims('list');
    expect(refused.code).not.toBe(0);
    const grant = /ask the administrator to run: kubectl (create rolebinding [^\n]+)/;
    const [, command = ''] = grant.exec(refused.stderr.replace(`--namespace ${namespace.name} `, '')) ?? [];
    expect(refused.stderr.trim().split('\n')).toHaveLength(2);
    await namespace.kubectl(command.split(' '));

    const [pod] = await Promise.all([good.shellReady(), bad.shellReady()]);
    const listed = await person.ims('list');
    expect(listed).toMatchObject({ code: 0, stderr: '' });
    for (const { name } of [good, bad]) expect(listed.stdout).toMatch(new RegExp(`${name} .* WaitingOnUser `));
    expect((await person.ims('show', one.job.id)).stdout).toContain(annotationOf(pod, 'ssh-host-key-fingerprint'));

    const login = (name: string): string[] => ['--identity', name === bad.name ? other.job.key : one.job.key];
    const said = await person.ims(
      ...login(good.name),
      'ssh',
      good.name,
      '--',
      'echo made > /root/made; cat /root/made',
    );
    expect(said).toMatchObject({ code: 0, stdout: 'made\n' });

    const wrong = (await createSshKey(await temporaryDirectory(), 'other')).publicKey.split(' ', 2).join(' ');
    await namespace.kubectl(['annotate', '--overwrite', 'pod', pod.metadata.name, `${HOST_KEY}=${wrong}`]);
    const impostor = await person.ims(...login(good.name), 'ssh', good.name, '--', 'echo here');
    expect(impostor).toMatchObject({ code: 255, stdout: '' });
    expect(impostor.stderr).toContain('Host key verification failed');
    const right = annotationOf(pod, 'ssh-host-key') ?? '';
    await namespace.kubectl(['annotate', '--overwrite', 'pod', pod.metadata.name, `${HOST_KEY}=${right}`]);

    const watches = [good, bad].map(({ name }) => person.start('watch', name));
    await Promise.all(watches.map(async (watch) => await watch.waitFor('WaitingOnUser')));
    const done = await person.ims(...login(good.name), 'complete', good.name);
    expect(done).toMatchObject({ code: 0, stdout: `${good.name} was told: complete\n` });
    expect((await person.ims(...login(bad.name), 'fail', bad.name, WHY)).code).toBe(0);
    expect(await good.ended('Complete')).toBe('CompletionsReached');
    expect(await bad.ended('Failed')).toBe('PodFailurePolicy');
    expect(await Promise.all(watches.map(async (watch) => await watch.ended))).toEqual([0, 10]);
    expect(watches[1]?.said).toContain(WHY);
    await expectPublished(world, one.job, [one.base.key, other.base.key]);
  });

  it('says in one line that no port may be forwarded, and in the next what grants it', async () => {
    const { namespace } = bench();
    const world = await bench().startWorld();
    const { job: commissioned, base } = await commission(world);
    const source = { url: `s3://${world.objects.bucket}/${base.key}` };
    const job = await startPodJob(bench(), { world, job: commissioned, values: { job: { jail: true }, source } });
    const onlooker = await createPerson(namespace, await installPlugin(), 'onlooker');
    await namespace.kubectl(['create', 'role', 'looks', '--verb', 'get,list,watch', '--resource', 'pods']);
    const who = ['--serviceaccount', `${namespace.name}:${onlooker.name}`];
    await namespace.kubectl(['create', 'rolebinding', 'looks', '--role', 'looks', ...who]);
    await job.shellReady();
    const { code, stderr } = await onlooker.ims('ssh', job.name, '--', 'true');
    expect(code).not.toBe(0);
    expect(stderr.trim().split('\n')).toHaveLength(2);
    expect(stderr).toContain('cannot create resource "pods/portforward"');
    const command = `create rolebinding ims-user-onlooker --role ims-user ${who.join(' ')}`;
    expect(stderr).toContain(`ask the administrator to run: kubectl --namespace ${namespace.name} ${command}`);
    await namespace.kubectl(command.split(' '));
    const args = ['--identity', commissioned.key, 'ssh', job.name, '--'];
    expect(await onlooker.ims(...args, 'touch /tmp/failed')).toMatchObject({ code: 0 });
    expect(await job.ended('Failed')).toBe('PodFailurePolicy');
  });
});
