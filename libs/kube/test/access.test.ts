// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { REQUIRED_PERMISSIONS } from '@ims/contract';
import { cleanUp } from '@ims/testing';
import { afterEach, describe, expect, it } from 'vitest';

import { checkAccess } from '../src/index.ts';
import { startFakeCluster } from './support/fake-cluster.ts';

afterEach(cleanUp);

describe('the check of the rights', () => {
  it('misses nothing when all is granted, and changes nothing', async () => {
    const cluster = await startFakeCluster();
    expect(await checkAccess(cluster.place)).toEqual({
      kind: 'checked',
      pod: 'ims-1',
      namespace: 'ims',
      missing: [],
    });
    const wanted = REQUIRED_PERMISSIONS.flatMap(({ verbs }) => verbs).length;
    expect(cluster.requests.map(({ path }) => path)).toEqual(
      new Array(wanted).fill('/apis/authorization.k8s.io/v1/selfsubjectaccessreviews'),
    );
  });

  it('names what is missing and the command that grants it', async () => {
    const cluster = await startFakeCluster();
    cluster.forbidden.add('patch pods/status').add('create events');
    const access = await checkAccess(cluster.place);
    expect(access).toMatchObject({
      kind: 'checked',
      missing: [
        {
          permission: { resource: 'pods/status' },
          verbs: ['patch'],
          command:
            'kubectl --namespace ims create role ims-agent-pods-status --verb get,patch --resource pods/status && ' +
            'kubectl --namespace ims create rolebinding ims-agent-pods-status --role ims-agent-pods-status --serviceaccount ims:default',
        },
        { permission: { resource: 'events' }, verbs: ['create'] },
      ],
    });
  });

  it('says that there is no cluster, or why it cannot be asked', async () => {
    const cluster = await startFakeCluster();
    expect(await checkAccess({ ...cluster.place, host: undefined })).toMatchObject({ kind: 'no-cluster' });
    cluster.tokens.clear();
    expect(await checkAccess(cluster.place)).toEqual({ kind: 'unreachable', why: '401 Unauthorized' });
    await cluster.pause('silent');
    expect(await checkAccess(cluster.place, 20)).toMatchObject({
      kind: 'unreachable',
      why: 'asking the API server for our permissions took longer than 0.02 s',
    });
    await cluster.pause('refused');
    expect(await checkAccess(cluster.place)).toMatchObject({ why: expect.stringContaining('ECONNREFUSED') as string });
  });
});
