// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

import { pathOf } from './builds.ts';
import { run } from './commands.ts';
import { PAUSE_IMAGE } from './containerd.ts';
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
  const directory = await mkdtemp(`${layout.state}/load-`);
  try {
    await run('podman', 'save', '--quiet', '--output', `${directory}/image.tar`, image);
    await ctr(layout, 'images', 'import', `${directory}/image.tar`);
  } finally {
    await rm(directory, { recursive: true });
  }
}

/** Brings in the image that every pod begins with, made once. */
export async function providePauseImage(layout: Layout): Promise<void> {
  const binary = await pathOf(layout, 'pause');
  const archive = `${binary}.tar`;
  if (!existsSync(archive)) await makePauseImage(binary, archive);
  const there = await ctr(layout, 'images', 'list', '--quiet');
  if (!there.split('\n').includes(PAUSE_IMAGE)) await loadImage(layout, archive);
}

async function makePauseImage(binary: string, archive: string): Promise<void> {
  await mkdir(dirname(archive), { recursive: true });
  const directory = await mkdtemp(`${archive}-`);
  // A storage of its own: the user's images are none of our business.
  const podman = ['--root', `${directory}/root`, '--runroot', `${directory}/run`, '--storage-driver', 'vfs'];
  try {
    await run(
      'tar',
      '--create',
      '--file',
      `${directory}/layer.tar`,
      '--directory',
      dirname(binary),
      '--owner=0',
      '--group=0',
      'pause',
    );
    await run(
      'podman',
      ...podman,
      'import',
      '--quiet',
      '--change',
      'ENTRYPOINT ["/pause"]',
      `${directory}/layer.tar`,
      PAUSE_IMAGE,
    );
    await run('podman', ...podman, 'save', '--quiet', '--output', `${directory}/image.tar`, PAUSE_IMAGE);
    await rename(`${directory}/image.tar`, archive);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
