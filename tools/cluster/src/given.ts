// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { promisify } from 'node:util';

import { kubernetesClients } from '@ims/testing';

import { run } from './commands.ts';
import type { Ground } from './ground.ts';
import { createVolume, type Keep } from './volumes.ts';

const execute = promisify(execFile);

type Environment = Readonly<Record<string, string | undefined>>;

/** What has to be said of somebody's cluster before jobs can run on it. */
const SAID = {
  IMS_TEST_CLUSTER_HOST: 'the address of this machine that its pods reach',
  IMS_TEST_CLUSTER_LOAD: 'the command that brings in the image archive whose path is added to it',
  IMS_TEST_CLUSTER_VOLUMES: 'a directory of this machine that its node sees under the same path',
} as const;

type Variable = keyof typeof SAID;

/** Why jobs cannot run on somebody's cluster, or undefined. */
export function whyNoGround(env: Environment): string | undefined {
  const missing = (Object.keys(SAID) as Variable[]).filter((variable) => (env[variable] ?? '') === '');
  if (missing.length === 0) return undefined;
  const wanted = missing.map((variable) => `${variable} (${SAID[variable]})`);
  return `KUBECONFIG names a cluster, but not ${wanted.join(', ')}; see tools/cluster/README.md`;
}

/** Somebody's cluster, of which {@link whyNoGround} has nothing to say. */
export function givenGround(env: Environment, kubeconfig: string): Ground {
  const value = (variable: Variable): string => env[variable] ?? '';
  const volumes = value('IMS_TEST_CLUSTER_VOLUMES');
  return {
    hostAddress: value('IMS_TEST_CLUSTER_HOST'),
    load: async (image) => await loadOnce(image, value('IMS_TEST_CLUSTER_LOAD'), `${volumes}/.loaded`),
    volume: async (request) => await createVolume(volumes, request, keepBy(kubeconfig)),
  };
}

/** Nobody can be asked what a cluster has: what was brought in is noted beside its volumes. */
async function loadOnce(image: string, command: string, notes: string): Promise<void> {
  const id = (await run('podman', 'image', 'inspect', '--format', '{{.Id}}', image)).trim();
  const note = `${notes}/${encodeURIComponent(image)}.${id}`;
  if (existsSync(note)) return;
  const directory = await mkdtemp(`${tmpdir()}/ims-load-`);
  try {
    const archive = `${directory}/image.tar`;
    await run('podman', 'save', '--quiet', '--output', archive, image);
    await execute('sh', ['-c', `${command} "$0"`, archive]);
  } finally {
    await rm(directory, { recursive: true });
  }
  await mkdir(notes, { recursive: true });
  await writeFile(note, '');
}

function keepBy(kubeconfig: string): Keep {
  return async (object) => {
    const { kubectl } = await kubernetesClients();
    const created = execute(kubectl, ['--kubeconfig', kubeconfig, 'create', '--filename', '-']);
    created.child.stdin?.end(JSON.stringify(object));
    await created;
  };
}
