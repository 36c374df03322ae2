// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { PairImages } from '@ims/cluster';

import { prepareEnv, S3_KEYS, sidecarEnv, sshdEnv, type Env, type ImsJob } from './ims-environment.ts';

type Mounts = Readonly<Record<string, string>>;

/** The names that are the same on every system. */
export const SHARED = {
  ca: 'cray-configmap-ca-public-key',
  nodeKeys: 'cray-ims-remote-keys',
  oauth: 'admin-client-auth',
  s3: 'ims-s3-credentials',
} as const;

/** The names of what belongs to one job. */
export function namesOf(id: string): Readonly<Record<'job' | 'claim' | 'configMap' | 'app', string>> {
  return {
    job: `cray-ims-${id}-customize`,
    claim: `cray-ims-${id}-job-claim`,
    configMap: `cray-ims-${id}-configmap`,
    app: `ims-${id}-customize`,
  };
}

/** Where the volumes are mounted, of all containers and of those that speak to IMS. */
const MOUNTS: Mounts = {
  'image-vol': '/mnt/image',
  'ca-pubkey': '/etc/cray/ca',
  'remote-key': '/etc/cray/remote-keys',
};
const SPEAKING: Mounts = { 'ssh-pubkey': '/etc/cray', 'admin-client-auth': '/etc/admin-client-auth' };
const CONFIG: Mounts = { 'ims-config-vol': '/etc/cray/ims' };
const WRITABLE = ['image-vol', 'ims-config-vol'];

/** Jobs rather run on nodes of their own. */
const APART = {
  podAntiAffinity: {
    preferredDuringSchedulingIgnoredDuringExecution: [
      {
        weight: 100,
        podAffinityTerm: {
          topologyKey: 'kubernetes.io/hostname',
          labelSelector: { matchLabels: { 'app.kubernetes.io/name': 'ims-job' } },
        },
      },
    ],
  },
};

/** Small enough for a machine of two cores; IMS asks for half a core and gigabytes. */
const RESOURCES = { requests: { cpu: '10m', memory: '32Mi' }, limits: { memory: '1Gi' } };

/** The Job as the template of IMS makes it (reference §3), for an x86_64 image without kernel modules. */
export function imsJobObject(job: ImsJob): object {
  const { images, downloadUrl } = job;
  const names = namesOf(job.id);
  const utils = imageOf(images.agent);
  const prepare = {
    ...{ name: 'prepare', ...utils, command: ['sh', '-ce', `/scripts/prep-env.sh /mnt/image "${downloadUrl}"`] },
    securityContext: { privileged: true },
    ...surroundings(prepareEnv(job), { ...MOUNTS, ...SPEAKING }),
  };
  const sidecar = {
    ...{ name: 'buildenv-sidecar', ...utils, command: ['sh', '-ce', '/scripts/buildenv-sidecar.sh /mnt/image'] },
    ...surroundings(sidecarEnv(job), { ...MOUNTS, ...SPEAKING, ...CONFIG }, S3_KEYS),
  };
  const sshd = {
    ...{ name: 'sshd', ...imageOf(images.sshd), ports: [{ containerPort: 22 }] },
    securityContext: { privileged: false },
    ...surroundings(sshdEnv(job), { ...MOUNTS, ...CONFIG }),
  };
  const labels = { app: names.app, 'app.kubernetes.io/name': 'ims-job' };
  const annotations = { 'io.katacontainers.config.hypervisor.virtio_fs_extra_args': '["-o", "xattr"]' };
  const spec = {
    ...{ restartPolicy: 'Never', affinity: APART },
    initContainers: [prepare],
    containers: [sidecar, sshd],
    volumes: volumesOf(names),
  };
  return {
    ...{ apiVersion: 'batch/v1', kind: 'Job', metadata: { name: names.job, labels } },
    spec: { backoffLimit: 0, template: { metadata: { labels, annotations }, spec } },
  };
}

function imageOf({ repository, tag, pullPolicy }: PairImages['agent']): object {
  return { image: `${repository}:${tag}`, imagePullPolicy: pullPolicy };
}

function surroundings(env: Env, mounts: Mounts, secret: Env = {}): object {
  const fromSecret = (key: string): object => ({ valueFrom: { secretKeyRef: { name: SHARED.s3, key } } });
  return {
    env: [
      ...Object.entries(env).map(([name, value]) => ({ name, value })),
      ...Object.entries(secret).map(([name, key]) => ({ name, ...fromSecret(key) })),
    ],
    volumeMounts: Object.entries(mounts).map(([name, mountPath]) => {
      return { name, mountPath, readOnly: !WRITABLE.includes(name) };
    }),
    resources: RESOURCES,
  };
}

function volumesOf({ claim, configMap }: ReturnType<typeof namesOf>): readonly object[] {
  const config = (name: string, key: string, path: string): object => ({
    configMap: { name, items: [{ key, path }] },
  });
  return [
    { name: 'image-vol', persistentVolumeClaim: { claimName: claim } },
    { name: 'ims-config-vol', emptyDir: {} },
    { name: 'ca-pubkey', configMap: { name: SHARED.ca } },
    { name: 'ssh-pubkey', ...config(configMap, 'public_key', 'authorized_keys') },
    { name: 'remote-key', ...config(SHARED.nodeKeys, 'private_key', 'id_ecdsa') },
    { name: 'admin-client-auth', secret: { secretName: SHARED.oauth } },
  ];
}
