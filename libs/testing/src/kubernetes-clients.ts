// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import { NODE, SOURCE_TREE } from './program.ts';

/** The programs by which people speak to a cluster. */
export interface KubernetesClients {
  readonly helm: string;
  readonly kubectl: string;
}

let found: Promise<KubernetesClients> | undefined;

/** Where the pinned helm and kubectl are; the set-up of the tests has fetched them. */
export async function kubernetesClients(): Promise<KubernetesClients> {
  found ??= promisify(execFile)(NODE, [`${SOURCE_TREE}/tools/helm/main.mjs`, '--find']).then(
    ({ stdout }) => JSON.parse(stdout) as KubernetesClients,
  );
  return await found;
}
