// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { mkdir, writeFile } from 'node:fs/promises';

import type { PodPlace } from '@ims/kube';
import { temporaryDirectory } from '@ims/testing';
import type { Place } from './place.ts';

/** A pod that nobody but its reporter changes, and all that the reporter is told of it. */
export interface ToldPod {
  readonly name: string;
  readonly job: string;
  readonly place: PodPlace;
}

/** So many are made at once. */
const ABREAST = 8;

/** Makes pods that are never scheduled, each with the mounted token of a service account that is bound to it. */
export async function makePods(place: Place, count: number): Promise<ToldPod[]> {
  const directory = await temporaryDirectory('accounts');
  const made: ToldPod[] = [];
  let next = 0;
  const makeAll = async (): Promise<void> => {
    while (next < count) {
      const name = `job-${String(next++).padStart(4, '0')}`;
      made.push(await makePod(place, name, `${directory}/${name}`));
    }
  };
  await Promise.all(Array.from({ length: ABREAST }, makeAll));
  return made;
}

async function makePod({ api, namespace }: Place, name: string, directory: string): Promise<ToldPod> {
  const pods = `/api/v1/namespaces/${namespace}/pods`;
  const { metadata } = await api.call<{ metadata: { uid: string } }>('POST', pods, {
    metadata: { name },
    spec: {
      serviceAccountName: 'ims-agent',
      schedulingGates: [{ name: 'example.com/never' }],
      containers: [{ name: 'agent', image: 'localhost/nothing:1' }],
    },
  });
  const boundObjectRef = { kind: 'Pod', apiVersion: 'v1', name, uid: metadata.uid };
  const tokens = `/api/v1/namespaces/${namespace}/serviceaccounts/ims-agent/token`;
  const { status } = await api.call<{ status: { token: string } }>('POST', tokens, { spec: { boundObjectRef } });
  await mkdir(directory);
  const files = { token: status.token, namespace, 'ca.crt': api.authority };
  for (const [file, text] of Object.entries(files)) await writeFile(`${directory}/${file}`, text);
  return {
    name,
    job: metadata.uid,
    place: {
      host: api.server.hostname,
      port: Number(api.server.port === '' ? '443' : api.server.port),
      serviceAccountDirectory: directory,
      name: undefined,
      namespace: undefined,
      uid: undefined,
    },
  };
}
