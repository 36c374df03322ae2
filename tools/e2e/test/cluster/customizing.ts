// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { commission } from '../publishing/base-image.ts';
import type { World } from '../support/world.ts';
import type { Bench } from './bench.ts';
import { startPodJob, type PodJob, type PodJobOptions } from './pod-job.ts';
import type { SeenPod } from './seen.ts';

/** A job in a pod that customizes an image of the store, with its shell open. */
interface Customizing {
  readonly world: World;
  readonly job: PodJob;
  readonly pod: SeenPod;
  /** Of the world, and the image that it begins with. */
  readonly commissioned: Awaited<ReturnType<typeof commission>>['job'];
  readonly base: Awaited<ReturnType<typeof commission>>['base'];
}

/** Starts such a job in a world of its own. */
export async function startCustomizing(
  bench: Bench,
  { jail, values = {} }: { readonly jail: boolean; readonly values?: PodJobOptions['values'] },
): Promise<Customizing> {
  const world = await bench.startWorld();
  const { job: commissioned, base } = await commission(world);
  const source = { url: `s3://${world.objects.bucket}/${base.key}` };
  const job = await startPodJob(bench, { world, job: commissioned, values: { ...values, job: { jail }, source } });
  return { world, job, pod: await job.shellReady(), commissioned, base };
}
