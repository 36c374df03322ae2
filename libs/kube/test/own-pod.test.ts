// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { mkdir, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';

import { cleanUp, temporaryDirectory } from '@ims/testing';
import { afterEach, describe, expect, it } from 'vitest';

import { findOwnPod, type PodPlace } from '../src/own-pod.ts';

afterEach(cleanUp);

const tokenFor = (claims: object): string =>
  ['{}', JSON.stringify({ 'kubernetes.io': claims }), 'signature']
    .map((part) => Buffer.from(part).toString('base64url'))
    .join('.');

const BOUND = { namespace: 'ims', pod: { name: 'ims-7', uid: 'u7' }, serviceaccount: { name: 'agent', uid: 's' } };

async function placeWith(files: Readonly<Record<string, string>>): Promise<PodPlace> {
  const directory = `${await temporaryDirectory('own-pod')}/mount`;
  await mkdir(directory);
  for (const [name, text] of Object.entries(files)) await writeFile(`${directory}/${name}`, text);
  return {
    host: '10.96.0.1',
    port: 443,
    serviceAccountDirectory: directory,
    name: undefined,
    namespace: undefined,
    uid: undefined,
  };
}

describe('the own pod', () => {
  it('is what the environment says', async () => {
    const place = await placeWith({ token: tokenFor(BOUND) });
    expect(await findOwnPod({ ...place, name: 'ims-1', namespace: 'other', uid: 'u1' })).toMatchObject({
      server: 'https://10.96.0.1:443',
      name: 'ims-1',
      namespace: 'other',
      uid: 'u1',
    });
  });

  it('is else the one that the token was made for', async () => {
    expect(await findOwnPod(await placeWith({ token: `${tokenFor(BOUND)}\n` }))).toMatchObject({
      name: 'ims-7',
      namespace: 'ims',
      uid: 'u7',
      account: 'agent',
    });
  });

  it.each(['opaque', 'a.b.c', tokenFor([]), tokenFor({ pod: 'ims-7', namespace: 7 })])(
    'is else that of the host name and of the namespace beside the token %s',
    async (token) => {
      expect(await findOwnPod(await placeWith({ token, namespace: 'ims\n' }))).toMatchObject({
        name: hostname(),
        namespace: 'ims',
        uid: undefined,
      });
    },
  );

  it('is none without a cluster, a token or a namespace, and that is said', async () => {
    const place = await placeWith({ token: 'opaque' });
    expect(await findOwnPod({ ...place, host: undefined })).toMatch(/^this is no pod of Kubernetes/);
    expect(await findOwnPod(place)).toMatch(/IMS_POD_NAMESPACE/);
    expect(await findOwnPod(await placeWith({ token: '\n' }))).toMatch(/^no token of a service account/);
  });

  it('has an API server with an address of either kind', async () => {
    const place = await placeWith({ token: tokenFor(BOUND) });
    expect(await findOwnPod({ ...place, host: 'fd00::1', port: 6443 })).toMatchObject({
      server: 'https://[fd00::1]:6443',
    });
  });
});
