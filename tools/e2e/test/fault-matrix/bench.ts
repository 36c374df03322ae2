// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { execFile } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { promisify } from 'node:util';

import { awsCli, imageTemplate, temporaryDirectory, type Volume } from '@ims/testing';

import { fill } from '../kill-matrix/noise.ts';
import type { Job } from '../support/job.ts';
import { describeTree, type TreeEntry } from '../support/tree.ts';
import type { World } from '../support/world.ts';
import type { Step } from './steps.ts';

const run = promisify(execFile);

/** One job before a fault meets it. */
export interface Bench {
  readonly job: Job;
  /** The calls of the agent that make the image; the fault meets the first. */
  readonly commands: readonly [readonly string[], ...(readonly string[])[]];
  /** What is called, in its place, when the cause of a failure is gone. */
  readonly again: readonly string[];
  /** What the image root holds, or is to hold. */
  readonly tree: ReadonlyMap<string, TreeEntry>;
  readonly isTreeThere: boolean;
}

/** Makes a job for one cell. */
export type MakeBench = (step: Step, env?: Readonly<Record<string, string>>) => Promise<Bench>;

/** A retry that works has time on any machine; a call that hangs is given up soon. */
const PATIENCE = { IMS_STALL_TIMEOUT: '1', IMS_CALL_TIMEOUT: '3', IMS_RETRY_TIMEOUT: '60', IMS_OUTBOX_TIMEOUT: '60' };

/** Jobs that publish what a builder made: no shell is needed. */
export function publishingBench(world: World): MakeBench {
  return async ({ large }, env) => {
    const prepare = large ? fill : shrink;
    const job = await world.createJob({ action: 'create', prepare, agentEnv: { ...PATIENCE, ...env } });
    return { job, commands: [['run']], again: ['resume'], tree: describeTree(job.volume.imageRoot), isTreeThere: true };
  };
}

/** Jobs that first fetch the image that is customised, then publish it as by hand. */
export async function preparingBench(world: World): Promise<MakeBench> {
  const { directory, archive, md5 } = await makeImage();
  const key = 'customised/rootfs';
  const aws = await awsCli(world.objects);
  await aws('s3api', 'put-object', '--bucket', world.objects.bucket, '--key', key, '--body', archive);
  const url = await world.presign(key);
  const tree = describeTree(directory);
  return async (_, env) => {
    const prepare = async ({ imageRoot }: Volume): Promise<void> => await rm(imageRoot, { recursive: true });
    const job = await world.createJob({ prepare, agentEnv: { ...PATIENCE, DOWNLOAD_MD5SUM: md5, ...env } });
    const again = ['prepare', job.volume.parent, url];
    return { job, commands: [again, ['package'], ['publish']], again, tree, isTreeThere: false };
  };
}

async function makeImage(): Promise<{ directory: string; archive: string; md5: string }> {
  const home = await temporaryDirectory('image');
  const directory = `${home}/root`;
  const archive = `${home}/image.sqsh`;
  await run('cp', ['-a', '--', await imageTemplate(), directory]);
  await run('mksquashfs', [directory, archive, '-noappend', '-quiet', '-no-progress', '-comp', 'gzip']);
  return {
    directory,
    archive,
    md5: createHash('md5')
      .update(await readFile(archive))
      .digest('hex'),
  };
}

/** Nobody logs in: programs would only take time to pack. */
async function shrink({ imageRoot }: Volume): Promise<void> {
  await rm(`${imageRoot}/bin`, { recursive: true });
}
