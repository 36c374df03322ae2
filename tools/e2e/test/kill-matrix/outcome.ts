// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { promisify } from 'node:util';

import { verifyImage } from '@ims/artifacts';
import { runProgram } from '@ims/testing';
import { expect } from 'vitest';

import { describeTree } from '../support/tree.ts';
import { publishedImage } from '../support/published.ts';
import { USERS_WORK, type Survival } from './kill-and-restart.ts';

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

/** Checks that a job which was killed has published its image once and whole, with what the user did. */
export async function expectPublishedOnce(survival: Survival): Promise<Row> {
  const { pair, exits, ids, moment } = survival;
  const { job } = pair;
  const told = `${pair.agent.stdout}${pair.agent.stderr}\n${pair.sshd.stdout}${pair.sshd.stderr}`;
  expect(exits, told).toEqual({ agent: 0, sshd: 0 });
  const { id, directory, record } = await publishedImage(job);
  expect(ids, 'every image id ever seen of this job').toEqual([id]);
  const objects = (await readdir(directory)).sort();
  expect(objects).toEqual(OBJECTS);
  expect(record.link?.path).toBe(`${directory}/manifest.json`);
  expect((await verifyImage(`${directory}/manifest.json`)).artifacts).toHaveLength(4);
  const { stdout } = await run('unsquashfs', ['-cat', `${directory}/rootfs`, 'etc/motd']);
  expect(stdout).toBe(`${USERS_WORK}\n`);
  await expectNothingLeft(survival);
  await expectResumeChangesNothing(survival);
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

/** No half-written file in the private directory, and none of the user's flags in the image. */
async function expectNothingLeft({ pair }: Survival): Promise<void> {
  const { layout } = pair.volume;
  const left = (await readdir(layout.private)).filter((name) => /partial|tmp|~$/.test(name));
  expect(left).toEqual([]);
}

async function expectResumeChangesNothing({ pair }: Survival): Promise<void> {
  const { job } = pair;
  const before = [...describeTree(job.store)];
  const resumed = await runProgram({ app: 'agent', args: ['resume'], env: job.agentEnv });
  expect(resumed.end, resumed.stdout).toEqual({ code: 0, signal: null });
  expect([...describeTree(job.store)]).toEqual(before);
}
