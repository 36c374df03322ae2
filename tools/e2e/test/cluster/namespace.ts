// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { randomBytes } from 'node:crypto';

import type { Cluster } from '@ims/cluster';
import { kubernetesClients } from '@ims/testing';

import { ask, type Answer } from './ask.ts';
import { chartDirectory, type Chart, type Values } from '../charts/charts.ts';
import { liveClient, type LiveLogin } from '../support/client.ts';

/** A namespace of a suite's own, as the cluster's administrator sees it. */
export interface Namespace extends AsyncDisposable {
  readonly name: string;
  /** The administrator's. */
  readonly kubeconfig: string;
  /** Runs kubectl in the namespace; rejects with what it said when it fails. */
  readonly kubectl: (args: readonly string[], input?: string) => Promise<string>;
  /** The same with another kubeconfig, for others than the administrator; never rejects. */
  readonly kubectlAs: (kubeconfig: string, args: readonly string[]) => Promise<Answer>;
  /** Starts kubectl in the namespace and leaves it running, at the latest until the test has ended. */
  readonly follow: (args: readonly string[]) => LiveLogin;
  /** Installs a chart, under its own name unless told otherwise, and gives what helm says; what is not uninstalled goes with the namespace. */
  readonly install: (chart: Chart, given?: { readonly name: string; readonly values: Values }) => Promise<string>;
  /** Upgrades a release to other values; never rejects. */
  readonly upgrade: (chart: Chart, given: { readonly name: string; readonly values: Values }) => Promise<Answer>;
  readonly uninstall: (name: string) => Promise<void>;
}

/** Makes a namespace; disposing of it removes it with all that was installed. */
export async function openNamespace(cluster: Cluster, purpose: string): Promise<Namespace> {
  const { helm, kubectl } = await kubernetesClients();
  const name = `ims-${purpose}-${randomBytes(4).toString('hex')}`;
  const inside = ['--kubeconfig', cluster.kubeconfig, '--namespace', name];
  const installed = new Set<string>();
  const uninstall = async (release: string): Promise<void> => {
    installed.delete(release);
    said(await ask(helm, [...inside, 'uninstall', release]));
  };
  const admin = async (args: readonly string[], input?: string): Promise<string> =>
    said(await ask(kubectl, [...inside, ...args], input));
  await admin(['create', 'namespace', name]);
  return {
    name,
    kubeconfig: cluster.kubeconfig,
    kubectl: admin,
    kubectlAs: async (kubeconfig, args) =>
      await ask(kubectl, ['--kubeconfig', kubeconfig, '--namespace', name, ...args]),
    follow: (args) => liveClient(kubectl, [...inside, ...args]),
    install: async (chart, given = { name: chart, values: {} }) => {
      installed.add(given.name);
      const args = ['install', given.name, chartDirectory(chart), '--values', '-'];
      return said(await ask(helm, [...inside, ...args], JSON.stringify(given.values)));
    },
    upgrade: async (chart, { name: release, values }) =>
      await ask(helm, [...inside, 'upgrade', release, chartDirectory(chart), '--values', '-'], JSON.stringify(values)),
    uninstall,
    [Symbol.asyncDispose]: async () => {
      // What a chart has put beside the namespace does not go with it.
      for (const release of installed) await uninstall(release);
      await admin(['delete', 'namespace', name, '--wait=false']);
    },
  };
}

function said({ code, stdout, stderr }: Answer): string {
  if (code !== 0) throw new Error(stderr);
  return stdout;
}
