// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { readFile } from 'node:fs/promises';

import { ERRORS, VERSION } from '@ims/contract';
import { cleanUp, SOURCE_TREE } from '@ims/testing';
import { afterEach, describe, expect, it } from 'vitest';

import { chartDirectory, helm, only, render, type KubernetesObject, type Values } from './charts.ts';
import { container, customize, variable, variableNames, type JobObject } from './job-object.ts';

afterEach(cleanUp);

async function job(values: Values): Promise<JobObject> {
  return only<JobObject>(await render('ims-job', values), 'Job');
}

describe('the chart of a job', () => {
  it.each([{ enabled: false }, { enabled: true }])('is clean to helm lint, metrics %j', async (metrics) => {
    expect(await helm('ims-job', customize({ metrics }), ['lint', '--strict'])).toContain('0 chart(s) failed');
  });

  it.each([
    '1.0',
    '2026',
    'yes',
    'null',
    '~',
    '0x1f',
    '1e3',
    'a: b',
    "it's",
    '"quoted"',
    '- x',
    '# no',
    '$(IMS_JOB_ID)',
    '$$',
    '{{ .x }}',
    'Ünïcode 日本',
    ' ',
    '*a',
    '!!str x',
  ])('H11 takes the names %j to the letter', async (name) => {
    const made = await job(customize({ result: { name, kernel: name, initrd: name, parameters: name } }));
    const names = ['IMAGE_ROOT_ARCHIVE_NAME', 'KERNEL_FILENAME', 'INITRD_FILENAME', 'KERNEL_PARAMETERS_FILENAME'];
    expect(names.map((variableName) => variable(made, 'agent', variableName))).toEqual(names.map(() => name));
  });

  it('takes a public key to the letter, with a comment of any kind', async () => {
    const publicKey = 'ssh-ed25519 AAAA a: "b" \'c\' # {{ d }}\nssh-rsa AAAAB3 yes';
    const map = only<KubernetesObject & { kind: 'ConfigMap'; data: Record<string, string> }>(
      await render('ims-job', customize({ ssh: { publicKey } })),
      'ConfigMap',
    );
    expect(map.data['authorized_keys']).toBe(`${publicKey}\n`);
  });

  it('tries again exactly what the table of errors calls passing', async () => {
    const { rules } = (await job(customize())).spec.podFailurePolicy;
    const final = Object.values(ERRORS).flatMap(({ exit, retryable }) => (retryable ? [] : [exit]));
    expect(rules[0]).toMatchObject({ action: 'FailJob' });
    expect(rules[0]?.onExitCodes?.values).toEqual([...new Set<number>(final)].sort((a, b) => a - b));
    expect(rules[1]).toMatchObject({ action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget' }] });
  });

  it('lets the next pod go on, never two at once, and tells the agent of it', async () => {
    const made = await job(customize());
    expect(made.spec).toMatchObject({ podReplacementPolicy: 'Failed', backoffLimit: 6 });
    expect(made.spec.template.spec.restartPolicy).toBe('Never');
    expect(variable(made, 'agent', 'IMS_RESUMED_LATER')).toBe('True');
    expect(variable(made, 'prepare', 'IMS_RESUMED_LATER')).toBe('True');
    expect(variable(made, 'agent', 'IMS_BACKOFF_LIMIT')).toBe('6');
    expect(variable(made, 'prepare', 'IMS_BACKOFF_LIMIT')).toBe('6');
    expect(variableNames(made, 'prepare')).toContain('IMS_POD_UID');
  });

  it('tells the stage before the agent all that the agent is told, so that it refuses what the agent would', async () => {
    const made = await job(customize());
    const missing = variableNames(made, 'agent').filter((name) => !variableNames(made, 'prepare').includes(name));
    expect(missing.filter((name) => name !== 'IMS_METRICS_PORT')).toEqual([]);
    expect(container(made, 'prepare').volumeMounts.map((mount) => mount.name)).toContain('job');
  });

  it('H31 mounts the token, the keys and the secret where no user works', async () => {
    const made = await job(customize());
    const mounts = Object.fromEntries(
      ['prepare', 'agent', 'sshd'].map((name) => [name, container(made, name).volumeMounts.map((mount) => mount.name)]),
    );
    expect(made.spec.template.spec).toMatchObject({
      automountServiceAccountToken: false,
      shareProcessNamespace: false,
    });
    for (const name of ['prepare', 'agent'])
      expect(mounts[name], name).toEqual(expect.arrayContaining(['token', 'oauth']));
    expect(mounts['sshd']).toEqual(['image', 'shared']);
    expect(variableNames(made, 'sshd').filter((name) => /S3|OAUTH|SECRET|KEY$|POD|URL/.test(name))).toEqual([]);
    expect(container(made, 'sshd').env?.filter(({ valueFrom }) => valueFrom !== undefined)).toEqual([]);
  });

  it('H34 keeps a presigned address in a secret', async () => {
    const url = 'https://rgw.local/boot-images/rootfs?AWSAccessKeyId=x&Signature=presigned&Expires=1';
    const objects = await render('ims-job', customize({ source: { url } }));
    const holders = objects.filter((object) => JSON.stringify(object).includes('presigned'));
    expect(holders.map(({ kind }) => kind)).toEqual(['Secret']);
    expect(container(only<JobObject>(objects, 'Job'), 'prepare').command).toContain('$(SOURCE_URL)');
  });

  it('tells the programs the modes in the words that they know', async () => {
    const made = await job(customize({ job: { jail: true, debug: true, onInvalid: 'shell' } }));
    expect(variable(made, 'sshd', 'SSH_JAIL')).toBe('True');
    expect(variable(made, 'agent', 'SSH_JAIL')).toBe('True');
    expect(variable(made, 'agent', 'ENABLE_DEBUG')).toBe('True');
    expect(variable(made, 'agent', 'IMS_ON_INVALID')).toBe('shell');
    expect(variable(made, 'sshd', 'JOB_ENABLE_DKMS')).toBe('False');
  });

  it('gives both containers one directory of host keys, which the next pod finds again', async () => {
    const made = await job(customize());
    const directory = variable(made, 'agent', 'IMS_HOST_KEY_DIR');
    expect(directory).toMatch(/^\/mnt\/image\//);
    expect(variable(made, 'sshd', 'IMS_HOST_KEY_DIR')).toBe(directory);
  });

  it('opens no port but that of the shell, and tells the agent of none', async () => {
    const made = await job(customize());
    const ports = ['prepare', 'agent', 'sshd'].map((name) => container(made, name).ports?.map((port) => port.name));
    expect(ports).toEqual([undefined, undefined, ['ssh']]);
    expect(variableNames(made, 'agent')).not.toContain('IMS_METRICS_PORT');
  });

  it.each([9464, 65535])('lets the agent alone serve metrics when it is told so, on port %i', async (port) => {
    const made = await job(customize({ metrics: { enabled: true, port } }));
    expect(variable(made, 'agent', 'IMS_METRICS_PORT')).toBe(String(port));
    expect(container(made, 'agent').ports).toEqual([{ name: 'metrics', containerPort: port, protocol: 'TCP' }]);
    for (const name of ['prepare', 'sshd']) expect(variableNames(made, name), name).not.toContain('IMS_METRICS_PORT');
    expect(container(made, 'sshd').ports?.map(({ name }) => name)).toEqual(['ssh']);
  });

  it('drops every right that nobody needs, in every container of the pair', async () => {
    const made = await job(customize());
    for (const name of ['prepare', 'agent', 'sshd']) {
      const { securityContext } = container(made, name);
      expect(securityContext?.capabilities?.drop, name).toEqual(['ALL']);
      expect(securityContext?.capabilities?.add, name).not.toContain('SYS_ADMIN');
      expect(securityContext?.privileged, name).toBeUndefined();
    }
    for (const name of ['prepare', 'agent']) {
      expect(container(made, name).securityContext, name).toMatchObject({
        readOnlyRootFilesystem: true,
        allowPrivilegeEscalation: false,
      });
    }
    expect(made.spec.template.spec.securityContext).toEqual({ seccompProfile: { type: 'RuntimeDefault' } });
  });

  it.each([
    [{ dkms: true }, 'kata-qemu'],
    [{ arch: 'aarch64' }, 'kata-qemu'],
  ])('gives the sshd container of %j alone all rights, in a machine of its own', async (mode, runtimeClassName) => {
    const made = await job(customize({ job: mode }));
    expect(container(made, 'sshd').securityContext).toMatchObject({ privileged: true });
    expect(container(made, 'agent').securityContext?.privileged).toBeUndefined();
    expect(made.spec.template.spec).toMatchObject({ runtimeClassName });
    expect(variable(made, 'sshd', 'JOB_ENABLE_DKMS')).toBe('True');
  });

  it('gives it them on the kernel of the node only when that is said in so many words', async () => {
    const made = await job(customize({ job: { dkms: true }, runtimeClass: { dkms: '', hostKernel: true } }));
    expect(container(made, 'sshd').securityContext).toMatchObject({ privileged: true });
    expect(made.spec.template.spec.runtimeClassName).toBeUndefined();
  });

  it('publishes on the claim, without keys and secrets, when it is told so', async () => {
    const made = await job(customize({ store: { bucket: '' }, ims: { enabled: false } }));
    expect(variable(made, 'agent', 'IMS_REGISTRY')).toBe('store');
    expect(variableNames(made, 'agent').filter((name) => /S3|OAUTH/.test(name))).toEqual([]);
    expect(JSON.stringify(made.spec.template.spec.volumes)).not.toContain('secretName');
  });

  it('runs the builder before a created image is published', async () => {
    const builder = { image: 'kiwi:1', env: { NAME: '$(x)' } };
    const made = await job({ ...customize({ job: { action: 'create' }, builder }), source: {} });
    expect(made.spec.template.spec.initContainers.map(({ name }) => name)).toEqual(['build-image']);
    expect(variable(made, 'build-image', 'NAME')).toBe('$(x)');
  });

  it('uses a claim that is there, and a class of none', async () => {
    const existing = await render('ims-job', customize({ claim: { existing: 'mine' } }));
    expect(existing.map(({ kind }) => kind)).not.toContain('PersistentVolumeClaim');
    expect(JSON.stringify(only(existing, 'Job'))).toContain('"claimName":"mine"');
    const none = await render('ims-job', customize({ claim: { storageClass: '-' } }));
    expect(only(none, 'PersistentVolumeClaim')).toHaveProperty('spec.storageClassName', '');
  });

  it('takes an image by its digest', async () => {
    const tag = `sha256:${'0'.repeat(64)}`;
    expect(container(await job(customize({ images: { agent: { tag } } })), 'agent').image).toBe(`ims-agent@${tag}`);
  });

  it.each(['registry.example.com:5000/ims', 'registry.example.com:5000/ims/'])(
    'takes both images from the registry %s, under their own names',
    async (registry) => {
      const made = await job(customize({ images: { registry, agent: { tag: 'one' }, sshd: { tag: 'two' } } }));
      expect(container(made, 'agent').image).toBe('registry.example.com:5000/ims/ims-agent:one');
      expect(container(made, 'sshd').image).toBe('registry.example.com:5000/ims/ims-sshd:two');
    },
  );

  it('lets more variables win', async () => {
    const made = await job(customize({ env: { agent: { LOG_LEVEL: 'DEBUG', IMS_CALL_TIMEOUT: '5' } } }));
    expect(variable(made, 'agent', 'LOG_LEVEL')).toBe('DEBUG');
    expect(variable(made, 'agent', 'IMS_CALL_TIMEOUT')).toBe('5');
    expect(variable(made, 'sshd', 'LOG_LEVEL')).toBe('INFO');
  });
});

describe('the chart', () => {
  it.each(['ims-job', 'ims-buildenv'] as const)('%s has the versions that the repository has', async (chart) => {
    const text = await readFile(`${chartDirectory(chart)}/Chart.yaml`, 'utf8');
    const version = (await readFile(`${SOURCE_TREE}/.chart_version`, 'utf8')).trim();
    expect(text).toContain(`\nversion: ${version}\n`);
    expect(text).toContain(`\nappVersion: ${VERSION}\n`);
  });
});
