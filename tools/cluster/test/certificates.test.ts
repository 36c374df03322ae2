// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { X509Certificate } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';

import { cleanUp, temporaryDirectory } from '@ims/testing';
import { afterEach, describe, expect, it } from 'vitest';

import { newTokens, provideSecrets, tokenFile } from '../src/certificates.ts';
import { kubeconfigOf, readAccess, SERVER } from '../src/kubeconfig.ts';
import { layoutOf } from '../src/layout.ts';

afterEach(cleanUp);

describe('the secrets of a cluster', () => {
  it('are signed by its own authority, for every address that the API server is called by', async () => {
    const layout = layoutOf({ IMS_TEST_CLUSTER_STATE: await temporaryDirectory('secrets') });
    await provideSecrets(layout);
    const read = async (name: string) => new X509Certificate(await readFile(`${layout.secrets}/${name}.crt`));
    const [authority, server, kubelet] = [await read('ca'), await read('apiserver'), await read('kubelet')];
    expect(authority.ca).toBe(true);
    expect(server.ca).toBe(false);
    for (const certificate of [server, kubelet]) expect(certificate.verify(authority.publicKey)).toBe(true);
    for (const address of ['10.96.0.1', '10.88.76.2', '127.0.0.1']) expect(server.checkIP(address)).toBe(address);
    expect(server.checkHost('kubernetes.default.svc')).toBe('kubernetes.default.svc');
    expect(kubelet.checkIP('10.88.76.2')).toBe('10.88.76.2');
  });

  it('are for root alone and stay the same when they are asked for again', async () => {
    const layout = layoutOf({ IMS_TEST_CLUSTER_STATE: await temporaryDirectory('secrets') });
    await provideSecrets(layout);
    const { mode } = await stat(layout.secrets);
    expect(mode & 0o777).toBe(0o700);
    const before = await readAccess(layout);
    await provideSecrets(layout);
    expect(await readAccess(layout)).toEqual(before);
  });

  it('say of each identity its user and groups as the API server reads them', () => {
    const tokens = { ...newTokens(), admin: 'a', node: 'n' };
    expect(tokenFile(tokens)).toContain('a,admin,admin,"system:masters"\n');
    expect(tokenFile(tokens)).toContain('n,system:node:ims-test,node,"system:nodes"\n');
    expect(new Set(Object.values(newTokens())).size).toBe(4);
  });

  it('make a kubeconfig that trusts that authority and no other', () => {
    const config = JSON.parse(kubeconfigOf({ identity: 'admin', token: 't', authority: 'pem' })) as {
      clusters: { cluster: Record<string, string> }[];
    };
    expect(config.clusters[0]?.cluster).toEqual({
      server: SERVER,
      'certificate-authority-data': Buffer.from('pem').toString('base64'),
    });
  });
});
