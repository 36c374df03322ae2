// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { promisify } from 'node:util';

import { awsCli, type Volume } from '@ims/testing';

import type { Job } from '../support/job.ts';
import { sumsOf } from '../support/published.ts';
import { describeTree, type TreeEntry } from '../support/tree.ts';
import type { World } from '../support/world.ts';

const run = promisify(execFile);

/** An image in the store, and a job on an empty volume that is to customize it. */
export interface Commission {
  readonly job: Job;
  readonly base: {
    readonly key: string;
    /** Lower-case hex. */
    readonly md5: string;
    readonly tree: ReadonlyMap<string, TreeEntry>;
  };
}

/** Puts an image into the store and makes the job. */
export async function commission(
  world: World,
  change: (volume: Volume) => Promise<void> = () => Promise.resolve(),
): Promise<Commission> {
  let tree: ReadonlyMap<string, TreeEntry> = new Map();
  const prepare = async (volume: Volume): Promise<void> => {
    const { imageRoot, scratch } = volume;
    await change(volume);
    tree = describeTree(imageRoot);
    await run('mksquashfs', [imageRoot, `${scratch}/base`, '-no-progress', '-quiet', '-comp', 'zstd']);
    await rm(imageRoot, { recursive: true });
  };
  const job = await world.createJob({ prepare });
  const base = `${job.volume.scratch}/base`;
  const key = `${randomUUID()}/rootfs`;
  const aws = await awsCli(world.objects);
  // In one piece: after parts over TLS the S3 server now and then misreads the CLI's next request.
  await aws('s3api', 'put-object', '--bucket', world.objects.bucket, '--key', key, '--body', base);
  const { md5 } = await sumsOf(base);
  await rm(base);
  return { job, base: { key, md5, tree } };
}
