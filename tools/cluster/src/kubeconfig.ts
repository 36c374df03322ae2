// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { readFile, rename, writeFile } from 'node:fs/promises';

import { AUTHORITY, IDENTITIES, type Identity } from './certificates.ts';
import { ADDRESSES, CLUSTER_NAME, type Layout } from './layout.ts';

/** Where the API server listens, for this machine, the node and its pods alike. */
export const SERVER = `https://${ADDRESSES.node}:443`;

/** A kubeconfig; JSON is YAML. */
export function kubeconfigOf(options: { identity: Identity; token: string; authority: string }): string {
  const { identity, token, authority } = options;
  const name = CLUSTER_NAME;
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': name,
    clusters: [
      {
        name,
        cluster: { server: SERVER, 'certificate-authority-data': Buffer.from(authority).toString('base64') },
      },
    ],
    users: [{ name: IDENTITIES[identity].user, user: { token } }],
    contexts: [{ name, context: { cluster: name, user: IDENTITIES[identity].user } }],
  };
  return `${JSON.stringify(config, undefined, 2)}\n`;
}

/** Where the kubeconfig of one of the cluster's own programs lies; the admin's is for people. */
export function kubeconfigPath(layout: Layout, identity: Identity): string {
  return identity === 'admin' ? layout.kubeconfig : `${layout.secrets}/${identity}.kubeconfig`;
}

/** Writes a kubeconfig for each who talks to the API server. Suites read them meanwhile: each is there in full at any time. */
export async function provideKubeconfigs(layout: Layout): Promise<void> {
  const { authority, tokens } = await readAccess(layout);
  for (const identity of Object.keys(IDENTITIES) as Identity[]) {
    const text = kubeconfigOf({ identity, token: tokens[identity], authority });
    const path = kubeconfigPath(layout, identity);
    await writeFile(`${path}.new`, text, { mode: 0o600 });
    await rename(`${path}.new`, path);
  }
}

/** What is needed to talk to the API server. */
export async function readAccess(
  layout: Layout,
): Promise<{ readonly authority: string; readonly tokens: Readonly<Record<Identity, string>> }> {
  const tokens = JSON.parse(await readFile(`${layout.secrets}/tokens.json`, 'utf8')) as Record<Identity, string>;
  return { authority: await readFile(`${layout.secrets}/${AUTHORITY.name}.crt`, 'utf8'), tokens };
}
