// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { readFile } from 'node:fs/promises';

import { eventually, onCleanup } from '@ims/testing';

import type { Commission } from '../publishing/base-image.ts';
import { clientOptions, runClient, type Said } from '../support/client.ts';
import type { World } from '../support/world.ts';
import type { Bench } from './bench.ts';
import { imsJobObject, namesOf, SHARED } from './ims-objects.ts';
import { makeVolume } from './pod-job.ts';
import type { SeenPod } from './seen.ts';
import { selectorOf, tellWhenFailed } from './standing.ts';

/** A job that IMS has started: nothing of our charts is in it, and its account may do nothing. */
export interface ImsPodJob {
  readonly pod: () => Promise<SeenPod>;
  /** Logs in as its user does, who knows no host key. */
  readonly ssh: (command: string) => Promise<Said>;
  /** Waits until the Job is `Complete`, and gives its pod. */
  readonly complete: () => Promise<SeenPod>;
}

/** What IMS is asked for. */
export interface ImsPodJobOptions extends Commission {
  /** With TLS: its authority is that of the site. */
  readonly world: World;
  readonly jail: boolean;
}

/** Makes what IMS makes, in its order: the pod waits for its claim. All of it goes with the test. */
export async function startImsJob(bench: Bench, options: ImsPodJobOptions): Promise<ImsPodJob> {
  const { namespace } = bench;
  const { world, job, base, jail } = options;
  const { id, key } = job;
  const names = namesOf(id);
  const create = async (object: object): Promise<void> => {
    await namespace.kubectl(['create', '--filename', '-'], JSON.stringify(object));
    onCleanup(async () => {
      await namespace.kubectl(['delete', '--wait=false', '--filename', '-'], JSON.stringify(object));
    });
  };
  const volume = `ims-${id.slice(0, 8)}`;
  await makeVolume(bench, volume);
  onCleanup(async () => {
    const gone = ['--for=delete', '--timeout=90s', '--selector', selectorOf(names.job)];
    await namespace.kubectl(['wait', 'pod', ...gone]);
  });
  for (const object of await siteOf(world)) await create(object);
  await create(configMap(names.configMap, { public_key: await readFile(`${key}.pub`, 'utf8') }));
  const { S3_BUCKET: bucket = '', IMS_URL: imsUrl = '' } = world.agentEnv;
  const downloadUrl = await world.presign(base.key);
  await create(imsJobObject({ id, images: bench.images, downloadUrl, md5: base.md5, jail, bucket, imsUrl }));
  await create(claimOf(names.claim, `${namespace.name}-${volume}`));
  tellWhenFailed(namespace, names.job);
  const pod = async (): Promise<SeenPod> => {
    const pods = ['get', 'pods', '--selector', selectorOf(names.job), '--output', 'json'];
    return await eventually(async () => (JSON.parse(await namespace.kubectl(pods)) as { items: SeenPod[] }).items[0]);
  };
  return {
    pod,
    ssh: async (command) => {
      const { podIP = '' } = (await pod()).status;
      return await runClient('ssh', [...clientOptions({ port: 22, key }), podIP, command]);
    },
    complete: async () => {
      await namespace.kubectl(['wait', `job/${names.job}`, '--for=condition=Complete', '--timeout=240s']);
      return await pod();
    },
  };
}

/** What every system has, as the programs of this world have it. */
async function siteOf({ agentEnv }: World): Promise<readonly object[]> {
  const file = async (path: string | undefined): Promise<string> => await readFile(path ?? '', 'utf8');
  const client = ['endpoint', 'client-id', 'client-secret'].map(
    async (name) => [name, await file(`${agentEnv['OAUTH_CONFIG_DIR'] ?? ''}/${name}`)] as const,
  );
  return [
    configMap(SHARED.ca, { 'certificate_authority.crt': await file(agentEnv['CA_CERT']) }),
    configMap(SHARED.nodeKeys, { private_key: 'of a node that this job does not use\n' }),
    secret(SHARED.oauth, Object.fromEntries(await Promise.all(client))),
    secret(SHARED.s3, {
      access_key: agentEnv['S3_ACCESS_KEY'] ?? '',
      secret_key: agentEnv['S3_SECRET_KEY'] ?? '',
      s3_endpoint: agentEnv['S3_ENDPOINT'] ?? '',
      ssl_validate: '/etc/cray/ca/certificate_authority.crt',
    }),
  ];
}

function configMap(name: string, data: Readonly<Record<string, string>>): object {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data };
}

function secret(name: string, stringData: Readonly<Record<string, string>>): object {
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name }, stringData };
}

function claimOf(name: string, volumeName: string): object {
  const resources = { requests: { storage: '1Gi' } };
  return {
    ...{ apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name } },
    spec: { accessModes: ['ReadWriteOnce'], storageClassName: '', volumeName, resources },
  };
}
