// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { KUBERNETES_PREFIX } from '@ims/contract';
import { createSshKey, promisedNodes, temporaryDirectory } from '@ims/testing';
import { expect, it } from 'vitest';

import { commission } from '../publishing/base-image.ts';
import { expectPublished } from '../publishing/outcome.ts';
import { describeJobs } from './bench.ts';
import { createPerson, installPlugin } from './plugin.ts';
import { annotationOf, makeVolume, startPodJob } from './pod-job.ts';
import type { Values } from '../charts/charts.ts';
import { customize } from '../charts/job-object.ts';
import { selectorOf } from './standing.ts';
import { waitOverTheGap } from './gap.ts';

const HOST_KEY = `${KUBERNETES_PREFIX}ssh-host-key`;
const PSA = 'pod-security.kubernetes.io/enforce';
const SMALL = { requests: { cpu: '1m', memory: '1Mi' } };
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

  it('says in one line that no port may be forwarded and in the next what grants it, and follows a job over its replaced pod', async () => {
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
    const { metadata: before } = await job.pod();
    const watches = (await promisedNodes()).map(({ file }) => onlooker.onNode(file).start('watch', job.name));
    await Promise.all(watches.map(async (watch) => await watch.waitFor('WaitingOnUser')));
    await namespace.kubectl(['delete', 'pod', before.name, '--wait=false']);
    await namespace.kubectl(['wait', 'pod', before.name, '--for=delete', '--timeout=120s']);
    expect(await waitOverTheGap(namespace, job.name)).toContain('condition met');
    expect((await job.pod()).metadata.name).not.toBe(before.name);
    const args = ['--identity', commissioned.key, 'ssh', job.name, '--'];
    expect(await onlooker.ims(...args, 'touch /tmp/failed')).toMatchObject({ code: 0 });
    expect(await job.ended('Failed')).toBe('PodFailurePolicy');
    expect(await Promise.all(watches.map(async (watch) => await watch.ended))).toEqual(watches.map(() => 10));
    for (const { said } of watches)
      expect(said).toMatch(/WaitingOnUser[^]*\n(?:Interrupted|\(NoPod\))[^]*\nWaitingOnUser/);
  });

  it('says on every Node why a pod is refused and why it waits, until the job is uninstalled', async () => {
    const { namespace } = bench();
    const [name, missing] = ['refused', 'localhost/ims-none'];
    const person = await createPerson(namespace, await installPlugin(), 'newcomer');
    const who = ['--serviceaccount', `${namespace.name}:newcomer`];
    await namespace.kubectl(['create', 'rolebinding', 'ims-user-newcomer', '--role', 'ims-user', ...who]);
    const enforce = (level: string) => ['label', '--overwrite', 'namespace', namespace.name, `${PSA}=${level}`];
    await namespace.kubectl(enforce('restricted'));
    const values = customize({
      claim: { storageClass: '-', size: '1Gi', volume: `${namespace.name}-${name}` },
      images: { agent: { repository: missing }, sshd: { repository: missing } },
      resources: { prepare: SMALL, agent: SMALL, sshd: SMALL },
      ims: { enabled: false },
      store: { secret: 's3' },
    });
    await namespace.install('ims-job', { name, values });
    const watches = (await promisedNodes()).map(({ file }) => person.onNode(file).start('watch', name));
    const all = async (wanted: RegExp) => await Promise.all(watches.map(async (watch) => await watch.waitFor(wanted)));

    const said = await all(/\(NoPod\) .*no pod can be made: violates PodSecurity "restricted:latest".* to do: (.*)\n/);
    const advised = /to do: the administrator allows it by: kubectl (label .*)\n/.exec(said[0] ?? '')?.[1] ?? '';
    expect(advised.split(' ')).toEqual(enforce('baseline'));
    expect((await person.ims('list')).stdout).toMatch(
      /refused +\S+ +\(NoPod\) +\S+ +no pod can be made: violates PodSecurity/,
    );
    expect((await person.ims('ssh', name)).stderr).toContain('job refused has no pod to log in to: no pod can be made');
    await namespace.kubectl(advised.split(' '));

    const unbound =
      /\(Pending\) +claim refused-claim is not bound: .* to do: .*: kubectl (.* describe pvc refused-claim)\n/;
    const [waits = ''] = await all(unbound);
    expect(await namespace.kubectl((unbound.exec(waits)?.[1] ?? '').split(' '))).toContain('Pending');
    await makeVolume(bench(), name);
    await all(/\(Pending\) +image localhost\/ims-none:\S+ cannot be pulled: .* to do: push the image there/);
    expect((await person.ims('show', name)).stdout).toMatch(/\nwaits for +image localhost\/ims-none/);

    const upgrade = async (more: Values) =>
      await namespace.upgrade('ims-job', { name, values: { ...values, ...more } });
    expect(await upgrade({ service: { enabled: true } })).toMatchObject({ code: 0 });
    const changed = await upgrade({ job: { id: '5f0c7b0e-0b5a-4c1e-9d5e-3f6f0a7e1c11', jail: true } });
    expect(changed.code).toBe(1);
    expect(changed.stderr.trim().split('\n')).toHaveLength(1);
    expect(changed.stderr).toContain('job refused has begun, and what its pods are made of cannot be changed any more');
    expect(changed.stderr).toContain(`(helm uninstall --namespace ${namespace.name} ${name})`);

    await namespace.uninstall(name);
    expect(await Promise.all(watches.map(async (watch) => await watch.ended))).toEqual(watches.map(() => 143));
    await all(/job refused was removed before it had ended/);
    await namespace.kubectl(['wait', 'pod', '--for=delete', '--timeout=90s', '--selector', selectorOf(name)]);
    expect((await person.ims('show', name)).code).toBe(2);
  });
});
