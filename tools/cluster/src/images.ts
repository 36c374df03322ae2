// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';

import { run } from './commands.ts';
import type { Layout } from './layout.ts';

/** The namespace of containerd that the kubelet's images and containers are in. */
const KUBERNETES = 'k8s.io';

/** Asks containerd. */
export async function ctr(layout: Layout, ...args: readonly string[]): Promise<string> {
  return await run('ctr', '--address', layout.containerdSocket, '--namespace', KUBERNETES, ...args);
}

/**
 * Brings an image into the cluster.
 *
 * @param image a name that podman knows, or an archive that `podman save` or `docker save` wrote
 */
export async function loadImage(layout: Layout, image: string): Promise<void> {
  if (existsSync(image)) {
    await ctr(layout, 'images', 'import', image);
    return;
  }
  if (await isLoaded(layout, image)) return;
  const directory = await mkdtemp(`${layout.state}/load-`);
  try {
    await run('podman', 'save', '--quiet', '--output', `${directory}/image.tar`, image);
    await ctr(layout, 'images', 'import', `${directory}/image.tar`);
  } finally {
    await rm(directory, { recursive: true });
  }
}

/** Whether the name stands for the same image here as in podman; the kubelet keeps each image under its id as well. */
async function isLoaded(layout: Layout, image: string): Promise<boolean> {
  const id = (await run('podman', 'image', 'inspect', '--format', '{{.Id}}', image)).trim();
  const rows = (await ctr(layout, 'images', 'list')).split('\n').map((row) => row.split(/\s+/));
  const digests = new Map(rows.map(([name = '', , digest = '']) => [name, digest]));
  const digest = digests.get(image);
  return digest !== undefined && digests.get(`sha256:${id}`) === digest;
}
