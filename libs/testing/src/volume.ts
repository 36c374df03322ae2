// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { execFile } from 'node:child_process';
import { chmod, mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';

import { layoutOf, sentinelPath, type Action, type Layout, type SentinelName } from '@ims/contract';
import { temporaryDirectory } from './directory.ts';
import { imageTemplate } from './image-template.ts';

const run = promisify(execFile);

/** The shared volume of one job, with a small image root in place. */
export interface Volume {
  /** P of the contract. */
  readonly parent: string;
  /** R of the contract. */
  readonly imageRoot: string;
  readonly layout: Layout;
  /** Where sshd's configuration and keys lie: beside P, as the second volume of a pod. */
  readonly config: string;
  /** A directory for whatever else the test needs: keys, a store, logs. */
  readonly scratch: string;
  /** The path of a sentinel on the host's side. */
  sentinel(name: SentinelName): string;
}

/**
 * Makes a volume that goes away with the test, and with it every process and mount that uses it.
 *
 * @example
 * const volume = await createVolume({ jailed: true });
 */
export async function createVolume(job: { action?: Action; jailed?: boolean } = {}): Promise<Volume> {
  const home = await temporaryDirectory('volume');
  await chmod(home, 0o755);
  const layout = layoutOf({
    parent: `${home}/image`,
    action: job.action ?? 'customize',
    jailed: job.jailed ?? false,
  });
  const volume = { config: `${home}/config`, scratch: `${home}/scratch` };
  for (const path of [dirname(layout.imageRoot), volume.config, volume.scratch]) await mkdir(path, { recursive: true });
  await run('cp', ['-a', '--reflink=auto', '--', await imageTemplate(), layout.imageRoot]);
  return {
    ...volume,
    parent: layout.parent,
    imageRoot: layout.imageRoot,
    layout,
    sentinel: (name) => sentinelPath(layout, name),
  };
}
