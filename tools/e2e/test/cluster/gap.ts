// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';

import { kubernetesClients, SOURCE_TREE } from '@ims/testing';

import { runClient } from '../support/client.ts';
import type { Namespace } from './namespace.ts';

/** Runs the lines by which docs/kubernetes.md waits for the shell of whichever pod a job has, and gives what they say. */
export async function waitOverTheGap(namespace: Namespace, job: string): Promise<string> {
  const page = await readFile(`${SOURCE_TREE}/docs/kubernetes.md`, 'utf8');
  const lines = /```sh\n(until kubectl [^`]*)```/.exec(page)?.[1] ?? '';
  const script = lines
    .replaceAll('my-job', job)
    .replaceAll(/kubectl (?:-n \S+ )?wait/g, `kubectl -n ${namespace.name} wait`);
  const { kubectl } = await kubernetesClients();
  const environment = [`PATH=${dirname(kubectl)}:/usr/bin:/bin`, `KUBECONFIG=${namespace.kubeconfig}`];
  const { stdout, stderr } = await runClient('env', [...environment, 'sh', '-c', script]);
  if (lines === '' || stdout === '') throw new Error(`the page's lines have waited for nothing: ${stderr}`);
  return stdout;
}
