// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { promisify } from 'node:util';

import type { OwnCluster } from '@ims/cluster';
import { createSshKey, kubernetesClients, onCleanup, removeTree, SOURCE_TREE } from '@ims/testing';

import { addProgram, setScene } from '../pages/support/scene.ts';
import type { Reader } from '../pages/support/reader.ts';
import { openSession } from '../pages/support/session.ts';
import { commission } from '../publishing/base-image.ts';
import { startWorld, type World } from '../support/world.ts';
import { ask } from './ask.ts';
import { startRegistry } from './registry.ts';

const run = promisify(execFile);

/** Somebody with a clone and the administrator's kubeconfig, on a cluster that has heard of nothing of ours. */
export interface Newcomer {
  readonly reader: Reader;
  readonly world: World;
  /** What quotas and claims of the new namespace are made with. */
  readonly kubectl: (args: readonly string[], input?: string) => Promise<string>;
  readonly namespace: string;
  /** A volume for the one claim of this name in the namespace, and for no other claim of the cluster. */
  readonly provide: (claim: string) => Promise<void>;
}

/** Sits down at a terminal; all that was installed from it goes with the test. */
export async function openNewcomer(own: OwnCluster, kubeconfig: string): Promise<Newcomer> {
  const world = await startWorld({ host: own.hostAddress });
  const [registry, { job, base }] = [await startRegistry(own), await commission(world)];
  const namespace = `ims-pages-${randomBytes(4).toString('hex')}`;
  const scene = await setScene('cluster');
  const clients = await kubernetesClients();
  for (const [name, program] of Object.entries(clients))
    await addProgram(scene.bin, name, `exec ${String(program)} "$@"`);
  const home = await settle(scene.home, kubeconfig);
  const kubectl = async (args: readonly string[], input?: string): Promise<string> => {
    const inside = ['--kubeconfig', kubeconfig, '--namespace', namespace];
    const { code, stdout, stderr } = await ask(clients.kubectl, [...inside, ...args], input);
    if (code !== 0) throw new Error(stderr);
    return stdout;
  };
  removeAfterwards(kubectl, { namespace, helm: clients.helm, kubeconfig });
  const session = await openSession({
    ...scene,
    env: { ...scene.env, CONTAINERS_REGISTRIES_CONF: registry.podmanConfig },
    mounts: [...home.mounts, ...scene.mounts],
  });
  const { agentEnv } = world;
  for (const name of ['endpoint', 'client-id', 'client-secret'])
    await copyFile(`${agentEnv['OAUTH_CONFIG_DIR'] ?? ''}/${name}`, `${scene.clone}/${name}`);
  const image = await makeImage(namespace);
  const pod = async (): Promise<string> =>
    (await kubectl(['get', 'pods', '--selector', 'batch.kubernetes.io/job-name=my-job', '--output', 'name'])).trim();
  const values: Reader['own'] = {
    'registry.example.com/ims': () => `${registry.name}/ims`,
    'https://rgw.example.com:8080': () => agentEnv['S3_ENDPOINT'] ?? '',
    'S3_ACCESS_KEY=…': () => `S3_ACCESS_KEY=${agentEnv['S3_ACCESS_KEY'] ?? ''}`,
    'S3_SECRET_KEY=…': () => `S3_SECRET_KEY=${agentEnv['S3_SECRET_KEY'] ?? ''}`,
    's3://boot-images/5f0c7b0e/rootfs': () => `s3://${world.objects.bucket}/${base.key}`,
    'namespace ims': () => `namespace ${namespace}`,
    'pod/my-job-76mt7': pod,
    'https://api-gw-service-nmn.local/apis/ims': () => agentEnv['IMS_URL'] ?? '',
    '7a3c3028-4b0e-4a55-9d0c-2f6f1f0c9e11': () => job.id,
    // The servers of the tests speak no TLS here, which IMS never does.
    'ims.enabled=true': () => 'ims.enabled=true --set-string env.agent.OAUTHLIB_INSECURE_TRANSPORT=1',
    'localhost/ims-sshd:1': () => image,
    'volume claim-1': () => `volume ${namespace}-one`,
    'volume full': () => `volume ${namespace}-full`,
  };
  return {
    reader: { session, own: values },
    world,
    kubectl,
    namespace,
    provide: async (claim) => {
      const name = `${namespace}-${claim}`;
      await own.volume({ name, size: '10Gi', backing: 'directory' });
      const claimRef = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace, name: claim };
      const patch = JSON.stringify({ spec: { claimRef } });
      await kubectl(['patch', 'persistentvolume', name, '--patch', patch]);
    },
  };
}

/** Where the programs of the cluster are kept, at home. */
const CACHE = '.cache/ims-job-pair';

async function settle(
  home: string,
  kubeconfig: string,
): Promise<{ readonly mounts: readonly (readonly [string, string])[] }> {
  for (const name of ['.kube', '.ssh', CACHE]) await mkdir(`${home}/${name}`, { recursive: true, mode: 0o700 });
  await copyFile(kubeconfig, `${home}/.kube/config`);
  await createSshKey(`${home}/.ssh`, 'id_ed25519');
  return { mounts: [[`${homedir()}/${CACHE}`, `${home}/${CACHE}`]] };
}

/** What `npm run build` makes lies in the clone itself, and what the charts have beside a namespace does not go with it. */
function removeAfterwards(
  kubectl: Newcomer['kubectl'],
  place: { readonly namespace: string; readonly helm: string; readonly kubeconfig: string },
): void {
  const built = `${SOURCE_TREE}/dist`;
  const wasBuilt = existsSync(built);
  onCleanup(async () => {
    if (!wasBuilt) await rm(built, { recursive: true, force: true });
    const inside = ['--kubeconfig', place.kubeconfig, '--namespace', place.namespace];
    const { stdout } = await ask(place.helm, [...inside, 'list', '--short']);
    for (const release of stdout.split('\n').filter(Boolean)) await ask(place.helm, [...inside, 'uninstall', release]);
    await kubectl(['delete', 'namespace', place.namespace, '--ignore-not-found']);
    await removeVolumes(kubectl, place.namespace);
  });
}

/** A container image with nothing in it, which podman has for as long as the test lasts. */
async function makeImage(name: string): Promise<string> {
  const image = `localhost/${name}:1`;
  await run('sh', ['-c', `tar --create --files-from /dev/null | podman import --quiet - ${image}`]);
  onCleanup(async () => {
    await run('podman', ['image', 'rm', image]);
  });
  return image;
}

/** Those whose names begin with that of the namespace, with all that lies on them. */
async function removeVolumes(kubectl: Newcomer['kubectl'], namespace: string): Promise<void> {
  const format = String.raw`jsonpath={range .items[*]}{.metadata.name} {.spec.hostPath.path}{"\n"}{end}`;
  const volumes = await kubectl(['get', 'persistentvolumes', '--output', format]);
  for (const [name = '', path = ''] of volumes.split('\n').map((line) => line.split(' '))) {
    if (!name.startsWith(`${namespace}-`)) continue;
    await kubectl(['delete', 'persistentvolume', name, '--wait=false']);
    await removeTree(path);
  }
}
