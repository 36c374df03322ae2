// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { promisify } from 'node:util';

import { verifyImage } from '@ims/artifacts';
import { runProgram } from '@ims/testing';
import { expect } from 'vitest';

import type { Pair } from '../support/pair.ts';
import { describeTree } from '../support/tree.ts';
import { publishedImage } from '../support/published.ts';
import { USERS_WORK, type Survival } from './kill-and-restart.ts';
import { journalOf } from './moments.ts';

const run = promisify(execFile);

const OBJECTS = ['boot_parameters', 'image.json', 'initrd', 'kernel', 'manifest.json', 'rootfs'];

/** One line of the table of outcomes. */
export interface Row {
  readonly killed: string;
  readonly when: string;
  readonly alive: string;
  readonly exits: string;
  readonly images: number;
  readonly objects: number;
  readonly outcome: string;
}

/** Checks that a job has survived a kill, and tells how. */
export async function expectSurvived(survival: Survival): Promise<Row> {
  const { pair, exits, ids, moment } = survival;
  expect(exits, everythingSaid(pair)).toEqual({ agent: 0, sshd: 0 });
  const { id, objects } = await expectPublishedOnce(pair);
  expect(ids, 'every image id ever seen of this job').toEqual([id]);
  return {
    killed: moment.killed.join(' and '),
    when: moment.when,
    alive: survival.wasAlive ? 'yes' : 'no',
    exits: `${String(exits.agent)} ${String(exits.sshd)}`,
    images: ids.length,
    objects: objects.length,
    outcome: 'Succeeded',
  };
}

/** Checks that a job has published its image once and whole, with what the user did, and that no more can happen to it. */
export async function expectPublishedOnce(pair: Pair): Promise<{ id: string; objects: readonly string[] }> {
  const { id, directory, record } = await publishedImage(pair.job);
  const objects = (await readdir(directory)).sort();
  expect(objects).toEqual(OBJECTS);
  expect(record.link?.path).toBe(`${directory}/manifest.json`);
  expect((await verifyImage(`${directory}/manifest.json`)).artifacts).toHaveLength(4);
  const { stdout } = await run('unsquashfs', ['-cat', `${directory}/rootfs`, 'etc/motd']);
  expect(stdout).toBe(`${USERS_WORK}\n`);
  await expectNothingLeft(pair);
  await expectResumeChangesNothing(pair);
  return { id, objects };
}

/** Everything that the halves wrote which ran last. */
export function everythingSaid({ agent, sshd }: Pair): string {
  return `${agent.stdout}${agent.stderr}\n${sshd.stdout}${sshd.stderr}`;
}

/** No half-written file in the private directory, and none of the user's flags in the image. */
async function expectNothingLeft({ volume }: Pair): Promise<void> {
  const { layout } = volume;
  const left = (await readdir(layout.private)).filter((name) => /partial|tmp|~$/.test(name));
  expect(left).toEqual([]);
}

async function expectResumeChangesNothing({ job }: Pair): Promise<void> {
  const before = [...describeTree(job.store)];
  const steps = await journalOf(job);
  const resumed = await runProgram({ app: 'agent', args: ['resume'], env: job.agentEnv });
  expect(resumed.end, resumed.stdout).toEqual({ code: 0, signal: null });
  expect([...describeTree(job.store)]).toEqual(before);
  expect(await journalOf(job)).toEqual(steps);
}
