// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { execFile } from 'node:child_process';
import { chmod, copyFile, symlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';

import { kubernetesClients, NODE, SOURCE_TREE, temporaryDirectory } from '@ims/testing';

import { liveClient, runClient, type LiveLogin, type Said } from '../support/client.ts';
import { writeKubeconfig } from './agent.ts';
import type { Namespace } from './namespace.ts';

const run = promisify(execFile);

/** Somebody of the cluster who has the plugin, and no right that nobody has granted. */
export interface Person {
  readonly name: string;
  /** `kubectl ims …` in the namespace, to its end. */
  readonly ims: (...args: readonly string[]) => Promise<Said>;
  /** The same, for as long as it takes. */
  readonly start: (...args: readonly string[]) => LiveLogin;
  /** The same person where this Node comes first on the PATH. */
  readonly onNode: (file: string) => Person;
}

/** Installs the plugin as its page says: a directory for the PATH, with kubectl beside it. */
export async function installPlugin(): Promise<string> {
  const bin = await temporaryDirectory('bin');
  const dist = await temporaryDirectory('dist');
  await run(NODE, [`${SOURCE_TREE}/tools/build/build.ts`, dist, 'kubectl-ims']);
  await copyFile(`${dist}/kubectl-ims.mjs`, `${bin}/kubectl-ims.mjs`);
  await chmod(`${bin}/kubectl-ims.mjs`, 0o755);
  await symlink('kubectl-ims.mjs', `${bin}/kubectl-ims`);
  await symlink((await kubernetesClients()).kubectl, `${bin}/kubectl`);
  return bin;
}

/** Makes a person with a kubeconfig of his own. */
export async function createPerson(namespace: Namespace, bin: string, name: string): Promise<Person> {
  await namespace.kubectl(['create', 'serviceaccount', name]);
  const token = (await namespace.kubectl(['create', 'token', name])).trim();
  const home = await temporaryDirectory('kubeconfig');
  const kubeconfig = `${home}/config`;
  await writeKubeconfig(namespace, kubeconfig, token);
  const onNode = (node: string): Person => {
    // kubectl keeps what it has learnt of a cluster at home.
    const environment = [`PATH=${bin}:${dirname(node)}:/usr/bin:/bin`, `KUBECONFIG=${kubeconfig}`, `HOME=${home}`];
    const line = (args: readonly string[]): string[] => [
      ...['-i', ...environment, 'kubectl', 'ims', '--output', 'text', '--namespace', namespace.name],
      ...args,
    ];
    return {
      name,
      ims: async (...args) => await runClient('env', line(args)),
      start: (...args) => liveClient('env', line(args)),
      onNode,
    };
  };
  return onNode(NODE);
}
