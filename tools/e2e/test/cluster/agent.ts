// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { writeFile } from 'node:fs/promises';

import type { Answer } from './ask.ts';
import type { Namespace } from './namespace.ts';

/** Somebody who has a token of the agent's service account, and nothing else. */
export interface Agent {
  readonly token: string;
  readonly kubectl: (args: readonly string[]) => Promise<Answer>;
}

/** Where the API server is, as the administrator's kubeconfig has it. */
export interface ApiServer {
  readonly address: URL;
  /** Its certificate authority, PEM; undefined where the system's own are trusted. */
  readonly authority: string | undefined;
}

interface Kubeconfig {
  readonly clusters: readonly [{ readonly cluster: Readonly<Record<string, string>> }];
  readonly users: readonly [{ readonly name: string }];
}

/** A pod that is never scheduled, so that nobody but the tests changes it. */
export async function createPod(namespace: Namespace, name: string): Promise<void> {
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, labels: { app: 'test' }, annotations: { 'example.com/owner': 'somebody' } },
    spec: {
      serviceAccountName: 'ims-agent',
      schedulingGates: [{ name: 'example.com/never' }],
      containers: [{ name: 'main', image: 'localhost/nothing:1' }],
    },
  };
  await namespace.kubectl(['create', '--filename', '-'], JSON.stringify(pod));
}

/** A token for a pod, or for none, as a file of kubectl in a directory. */
export async function agentOf(namespace: Namespace, pod: string | undefined, directory: string): Promise<Agent> {
  const bound = pod === undefined ? [] : ['--bound-object-kind', 'Pod', '--bound-object-name', pod];
  const token = (await namespace.kubectl(['create', 'token', 'ims-agent', ...bound])).trim();
  const file = `${directory}/${pod ?? 'unbound'}.kubeconfig`;
  await writeKubeconfig(namespace, file, token);
  return { token, kubectl: async (args) => await namespace.kubectlAs(file, args) };
}

/** Writes the file of kubectl for whoever has this token. */
export async function writeKubeconfig(namespace: Namespace, file: string, token: string): Promise<void> {
  const config = await kubeconfigOf(namespace);
  await writeFile(file, JSON.stringify({ ...config, users: [{ name: config.users[0].name, user: { token } }] }));
}

/** Where the API server is. */
export async function apiServerOf(namespace: Namespace): Promise<ApiServer> {
  const [{ cluster }] = (await kubeconfigOf(namespace)).clusters;
  const data = cluster['certificate-authority-data'];
  return {
    address: new URL(cluster['server'] ?? ''),
    authority: data === undefined ? undefined : Buffer.from(data, 'base64').toString('utf8'),
  };
}

async function kubeconfigOf(namespace: Namespace): Promise<Kubeconfig> {
  const args = ['config', 'view', '--raw', '--minify', '--flatten', '--output', 'json'];
  return JSON.parse(await namespace.kubectl(args)) as Kubeconfig;
}
