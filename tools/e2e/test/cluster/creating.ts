// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { promisify } from 'node:util';

import type { Job } from '../support/job.ts';
import type { World } from '../support/world.ts';
import type { Bench } from './bench.ts';
import { startPodJob, type PodJob } from './pod-job.ts';

const run = promisify(execFile);

/** A builder that fails as the one of kiwi does: it says so and exits 0. */
export const BUILD_FAILS = ['touch', '/mnt/image/build_failed'];

/** A job that creates an image. */
interface Creating {
  readonly world: World;
  /** Of the world. */
  readonly created: Job;
  readonly job: PodJob;
}

/** What a create job is made of. */
interface CreatingOptions {
  /** All that the builder does. */
  readonly builder: readonly string[];
  /** Whether the claim holds an image root before that. */
  readonly root: 'there' | 'missing';
  readonly debug?: boolean;
}

/** A job whose claim holds what a builder leaves there. */
export async function startCreating(
  bench: Bench,
  { builder, root, debug = false }: CreatingOptions,
): Promise<Creating> {
  const world = await bench.startWorld();
  const created = await world.createJob({ action: 'create' });
  const { repository, tag } = bench.images.sshd;
  const job = await startPodJob(bench, {
    world,
    job: created,
    values: {
      job: { action: 'create', debug },
      source: { url: '' },
      builder: { image: `${repository}:${tag}`, command: builder },
    },
    fill: async (directory) => {
      if (root === 'missing') return;
      await mkdir(`${directory}/build`);
      await run('cp', ['-a', created.volume.imageRoot, `${directory}/build/image-root`]);
    },
  });
  return { world, created, job };
}
