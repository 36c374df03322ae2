// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { cleanUp } from '@ims/testing';
import { afterEach, describe, expect, it } from 'vitest';

import { only, render, type KubernetesObject, type Values } from './charts.ts';
import { container, customize, variable, type JobObject } from './job-object.ts';

afterEach(cleanUp);

const POD = 'spec.template.spec';
const SCRIPT = '#!/bin/sh\necho "$HOME: {{ it }}" # \'\n';
const TOLERATION = { key: 'builds', operator: 'Exists', effect: 'NoSchedule' };
const KEEP = ['metadata', 'annotations', 'helm.sh/resource-policy'];

describe('a value of the chart', () => {
  it.each<[string, Values & { readonly job?: Values }, string, string | string[], unknown]>([
    ['job.activeDeadlineSeconds', {}, 'Job', 'spec.activeDeadlineSeconds', 604_800],
    [
      'job.activeDeadlineSeconds',
      { job: { activeDeadlineSeconds: 5_000_000 } },
      'Job',
      'spec.activeDeadlineSeconds',
      5_000_000,
    ],
    ['job.ttlSecondsAfterFinished', {}, 'Job', 'spec.ttlSecondsAfterFinished', undefined],
    ['job.ttlSecondsAfterFinished', { job: { ttlSecondsAfterFinished: 0 } }, 'Job', 'spec.ttlSecondsAfterFinished', 0],
    [
      'job.ttlSecondsAfterFinished',
      { job: { ttlSecondsAfterFinished: 2_000_000 } },
      'Job',
      'spec.ttlSecondsAfterFinished',
      2_000_000,
    ],
    [
      'job.terminationGracePeriodSeconds',
      { job: { terminationGracePeriodSeconds: 90 } },
      'Job',
      `${POD}.terminationGracePeriodSeconds`,
      90,
    ],
    ['tolerations', {}, 'Job', `${POD}.tolerations`, undefined],
    ['tolerations', { tolerations: [TOLERATION] }, 'Job', `${POD}.tolerations`, [TOLERATION]],
    ['nodeSelector', { nodeSelector: { disk: 'ssd' } }, 'Job', `${POD}.nodeSelector`, { disk: 'ssd' }],
    ['priorityClassName', { priorityClassName: 'low' }, 'Job', `${POD}.priorityClassName`, 'low'],
    ['runtimeClass.plain', { runtimeClass: { plain: 'kata-qemu' } }, 'Job', `${POD}.runtimeClassName`, 'kata-qemu'],
    ['claim.keep', {}, 'PersistentVolumeClaim', KEEP, undefined],
    ['claim.keep', { claim: { keep: true } }, 'PersistentVolumeClaim', KEEP, 'keep'],
    ['service.type', {}, 'Service', 'spec.type', 'ClusterIP'],
    ['service.type', { service: { type: 'LoadBalancer' } }, 'Service', 'spec.type', 'LoadBalancer'],
    ['service.type', { service: { type: 'NodePort' } }, 'Service', 'spec.type', 'NodePort'],
    [
      'service.port',
      { service: { port: 2022 } },
      'Service',
      'spec.ports',
      [{ name: 'ssh', protocol: 'TCP', port: 2022, targetPort: 'ssh' }],
    ],
    [
      'service.annotations',
      { service: { annotations: { 'metallb.io/address-pool': 'nmn' } } },
      'Service',
      'metadata.annotations',
      { 'metallb.io/address-pool': 'nmn' },
    ],
    [
      'service.istio',
      { service: { istio: true } },
      'DestinationRule',
      'spec',
      { host: 'my-job.ims.svc.cluster.local', trafficPolicy: { tls: { mode: 'DISABLE' } } },
    ],
  ])('%s of %j is in the %s', async (...[, { job, ...given }, kind, path, wanted]) => {
    const found = only(await render('ims-job', { ...customize({ job: { ...job } }), ...given }), kind);
    if (wanted === undefined) expect(found).not.toHaveProperty(path);
    else expect(found).toHaveProperty(path, wanted);
  });

  it.each([
    [{ enabled: false, istio: true }, []],
    [{}, ['Service']],
    [{ istio: true }, ['DestinationRule', 'Service']],
  ])('service of %j decides by which objects the shell is reached', async (service, wanted) => {
    const kinds = (await render('ims-job', customize({ service }))).map(({ kind }) => kind);
    expect(kinds.filter((kind) => /^(Service|DestinationRule)$/.test(kind)).sort()).toEqual(wanted);
  });

  it('service picks the pod of this job alone', async () => {
    const made = await render('ims-job', customize());
    const { selector } = only<KubernetesObject & { kind: 'Service'; spec: { selector: Record<string, string> } }>(
      made,
      'Service',
    ).spec;
    expect(only<JobObject>(made, 'Job').spec.template.metadata.labels).toMatchObject(selector);
    expect(selector['app']).toContain('5f0c7b0e-0b5a-4c1e-9d5e-3f6f0a7e1c11');
  });

  it('env.sshd is named to the shell, so that its users see it in the jail too', async () => {
    const env = { sshd: { SITE_MOTTO: 'it is "done"', https_proxy: 'http://proxy:3128' } };
    const job = only<JobObject>(await render('ims-job', customize({ env })), 'Job');
    expect(variable(job, 'sshd', 'IMS_SHELL_VARIABLES')).toBe('SITE_MOTTO https_proxy');
    expect(variable(job, 'sshd', 'SITE_MOTTO')).toBe('it is "done"');
    const plain = only<JobObject>(await render('ims-job', customize({})), 'Job');
    expect(variable(plain, 'sshd', 'IMS_SHELL_VARIABLES')).toBeUndefined();
  });

  it('ssh.customizationScript comes to the letter, as a program, to the container of the shell', async () => {
    const made = await render('ims-job', customize({ ssh: { customizationScript: SCRIPT } }));
    expect(only(made, 'ConfigMap')).toHaveProperty(['data', 'customize.sh'], SCRIPT);
    const job = only<JobObject>(made, 'Job');
    expect(variable(job, 'sshd', 'CUSTOMIZATION_SCRIPT')).toBe('/etc/ims-job/customize.sh');
    expect(container(job, 'sshd').volumeMounts).toContainEqual({
      name: 'job',
      mountPath: '/etc/ims-job',
      readOnly: true,
    });
    expect(job.spec.template.spec.volumes).toContainEqual({
      name: 'job',
      configMap: { name: 'my-job', defaultMode: 0o755 },
    });
  });

  it.each([
    [{}, 'auto', '128K'],
    [{ compression: 'zstd:15', blockSize: '1M' }, 'zstd:15', '1M'],
  ])('result of %j tells the agent how to pack', async (result, compression, blockSize) => {
    const job = only<JobObject>(await render('ims-job', customize({ result })), 'Job');
    expect(variable(job, 'agent', 'IMS_SQUASHFS_COMPRESSION')).toBe(compression);
    expect(variable(job, 'agent', 'IMS_SQUASHFS_BLOCK_SIZE')).toBe(blockSize);
  });

  it.each([
    ['every right, as kiwi needs, when nothing is said', {}, true],
    ['no right more than any container, when told so', { privileged: false }, false],
  ])('builder gives what builds the image %s', async (_what, builder, privileged) => {
    const made = await render('ims-job', {
      ...customize({ job: { action: 'create' }, builder: { image: 'kiwi:1', ...builder } }),
      source: {},
    });
    const job = only<JobObject>(made, 'Job');
    expect(container(job, 'build-image').securityContext).toEqual({ privileged });
    for (const name of ['agent', 'sshd']) expect(container(job, name).securityContext?.privileged).toBeUndefined();
    // Whoever has every right can make files immutable, which the agent then has to change.
    const mayLift = container(job, 'agent').securityContext?.capabilities?.add?.includes('LINUX_IMMUTABLE');
    expect(mayLift).toBe(privileged);
  });
});
