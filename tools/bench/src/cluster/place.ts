// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { promisify } from 'node:util';

import { startCluster, type OwnCluster } from '@ims/cluster';
import { kubernetesClients, onCleanup, SOURCE_TREE, TEST_HOME } from '@ims/testing';
import { openApi, type Api } from './api.ts';

const run = promisify(execFile);

/** What helm learns of the cluster is nothing for the home of whoever measures. */
const env = { ...process.env, KUBECACHEDIR: `${TEST_HOME}/kubectl-cache` };

/** A namespace on the real cluster of this machine, with the accounts of a site; it goes away with the benchmark. */
export interface Place {
  readonly own: OwnCluster;
  readonly api: Api;
  readonly namespace: string;
}

/** Opens a namespace; the cluster is brought up when it is not. */
export async function openPlace(): Promise<Place> {
  const { kubeconfig, own } = await startCluster();
  if (own === undefined) throw new Error('KUBECONFIG names a cluster: only our own one on this machine is measured');
  const api = await openApi(kubeconfig);
  const namespace = `ims-bench-${randomBytes(4).toString('hex')}`;
  await api.call('POST', '/api/v1/namespaces', { metadata: { name: namespace } });
  const { helm } = await kubernetesClients();
  const inside = ['--kubeconfig', kubeconfig, '--namespace', namespace];
  onCleanup(async () => {
    await run(helm, [...inside, 'uninstall', '--ignore-not-found', 'bench'], { env });
    await api.call('DELETE', `/api/v1/namespaces/${namespace}`);
  });
  await run(helm, [...inside, 'install', 'bench', `${SOURCE_TREE}/helm/ims-buildenv`], { env });
  return { own, api, namespace };
}
