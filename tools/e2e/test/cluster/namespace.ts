// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { randomBytes } from 'node:crypto';

import type { Cluster } from '@ims/cluster';
import { kubernetesClients } from '@ims/testing';

import { ask, type Answer } from './ask.ts';
import { chartDirectory, type Chart } from '../charts/charts.ts';

/** A namespace of a suite's own, as the cluster's administrator sees it. */
export interface Namespace extends AsyncDisposable {
  readonly name: string;
  /** Runs kubectl in the namespace; rejects with what it said when it fails. */
  readonly kubectl: (args: readonly string[], input?: string) => Promise<string>;
  /** The same with another kubeconfig, for others than the administrator; never rejects. */
  readonly kubectlAs: (kubeconfig: string, args: readonly string[]) => Promise<Answer>;
  /** Installs a chart under its own name; it goes with the namespace. */
  readonly install: (chart: Chart, args?: readonly string[]) => Promise<void>;
}

/** Makes a namespace; disposing of it removes it with all that was installed. */
export async function openNamespace(cluster: Cluster, purpose: string): Promise<Namespace> {
  const { helm, kubectl } = await kubernetesClients();
  const name = `ims-${purpose}-${randomBytes(4).toString('hex')}`;
  const inside = ['--kubeconfig', cluster.kubeconfig, '--namespace', name];
  const installed: Chart[] = [];
  const admin = async (args: readonly string[], input?: string): Promise<string> =>
    said(await ask(kubectl, [...inside, ...args], input));
  await admin(['create', 'namespace', name]);
  return {
    name,
    kubectl: admin,
    kubectlAs: async (kubeconfig, args) =>
      await ask(kubectl, ['--kubeconfig', kubeconfig, '--namespace', name, ...args]),
    install: async (chart, args = []) => {
      said(await ask(helm, [...inside, 'install', chart, chartDirectory(chart), ...args]));
      installed.push(chart);
    },
    [Symbol.asyncDispose]: async () => {
      // What a chart has put beside the namespace does not go with it.
      for (const chart of installed) await ask(helm, [...inside, 'uninstall', chart]);
      await admin(['delete', 'namespace', name, '--wait=false']);
    },
  };
}

function said({ code, stdout, stderr }: Answer): string {
  if (code !== 0) throw new Error(stderr);
  return stdout;
}
