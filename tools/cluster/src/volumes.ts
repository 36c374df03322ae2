// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { mkdir } from 'node:fs/promises';

import { ask } from './api.ts';
import { run } from './commands.ts';
import type { Layout } from './layout.ts';

/** A place for a claim to be bound to: there is no provisioner, so each is made by hand. */
export interface VolumeRequest {
  /** Also its name on the cluster. */
  readonly name: string;
  /** A quantity of Kubernetes in binary units: `512Mi`, `2Gi`. */
  readonly size: string;
  /**
   * `directory` holds as much as the machine's disk does, whatever the size says. `memory` is full when it is full,
   * for tests of that.
   */
  readonly backing: 'directory' | 'memory';
}

/** A quantity in binary units, as mount(8) wants it in bytes. */
export function bytesOf(quantity: string): number {
  const [, digits = '', unit = ''] = /^(\d+)(Ki|Mi|Gi)$/.exec(quantity) ?? [];
  if (digits === '') throw new Error(`${quantity} is no size; write for instance 512Mi or 2Gi`);
  const powers: Readonly<Record<string, number>> = { Ki: 1, Mi: 2, Gi: 3 };
  return Number(digits) * 1024 ** (powers[unit] ?? 0);
}

/** The PersistentVolume: bound to the first claim without a storage class that fits, and kept when that goes. */
export function persistentVolume(request: VolumeRequest, path: string): Readonly<Record<string, unknown>> {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: request.name },
    spec: {
      capacity: { storage: request.size },
      accessModes: ['ReadWriteOnce', 'ReadWriteMany'],
      persistentVolumeReclaimPolicy: 'Retain',
      storageClassName: '',
      hostPath: { path, type: 'Directory' },
    },
  };
}

/** What keeps an object for the cluster; rejects with what the API server said when it refuses. */
export type Keep = (object: Readonly<Record<string, unknown>>) => Promise<unknown>;

/**
 * Makes a volume below a directory that the node sees under the same path.
 *
 * @returns where its files lie on this machine
 */
export async function createVolume(directory: string, request: VolumeRequest, keep: Keep): Promise<string> {
  const size = bytesOf(request.size);
  const path = `${directory}/${request.name}`;
  await mkdir(directory, { recursive: true });
  await mkdir(path).catch((error: unknown) => {
    throw new Error(`the volume ${request.name} is there already, or cannot be: ${path}`, { cause: error });
  });
  if (request.backing === 'memory')
    await run('mount', '-t', 'tmpfs', '-o', `size=${String(size)},mode=755`, request.name, path);
  await keep(persistentVolume(request, path));
  return path;
}

/** Makes a volume of our own cluster. */
export async function createOwnVolume(layout: Layout, request: VolumeRequest): Promise<string> {
  return await createVolume(layout.volumes, request, async (body) => {
    const answer = await ask(layout, { method: 'POST', path: '/api/v1/persistentvolumes', body });
    if (answer.status !== 201) throw new Error(`the API server refused the volume ${request.name}: ${answer.body}`);
  });
}
