// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { execFile } from 'node:child_process';
import { mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';

import { layoutOf, type Layout } from '@ims/contract';
import { temporaryDirectory } from '@ims/testing';
import { unpackDebian } from './debian.ts';
import { judge, median, type Figure } from './figure.ts';
import { bundleOf, phase, start } from './program.ts';

const run = promisify(execFile);

interface Runs {
  readonly agent: number[];
  readonly bare: number[];
  readonly today: number[];
  readonly ourSize: number;
  readonly todaysSize: number;
}

/** The agent's whole packing step on a real Debian root, beside mksquashfs alone and beside its defaults. */
export async function measurePacking(rounds: number): Promise<Figure[]> {
  const home = await temporaryDirectory('packing');
  const layout = layoutOf({ parent: `${home}/volume`, action: 'create', jailed: false });
  await mkdir(`${home}/ca`);
  await writeFile(`${home}/ca/certificate_authority.crt`, 'no certificate, but copied as one\n');
  await unpackDebian(layout.imageRoot);
  const { agent, bare, today, ourSize, todaysSize } = await alternate(home, layout, rounds);
  const ours = { unit: 's', samples: rounds } as const;
  return [
    judge({
      ...ours,
      name: 'packing step of the agent, p50',
      value: median(agent),
      floor: { name: 'mksquashfs with the same options', value: median(bare) },
      target: { kind: 'at most', value: 1.1, of: 'ratio' },
    }),
    judge({
      ...ours,
      name: "mksquashfs's defaults beside the agent's step, p50",
      value: median(today),
      samples: today.length,
      floor: { name: 'the step of the agent', value: median(agent) },
      target: { kind: 'at least', value: 8, of: 'ratio' },
    }),
    judge({
      name: 'archive of the agent',
      unit: 'MiB',
      samples: 1,
      value: ourSize,
      floor: { name: "archive by mksquashfs's defaults", value: todaysSize },
      target: { kind: 'at most', value: 1, of: 'ratio' },
    }),
  ];
}

/** One after the other and again, so that a busy minute of the machine meets all of them. */
async function alternate(home: string, layout: Layout, rounds: number): Promise<Runs> {
  const [agent, bare, today]: [number[], number[], number[]] = [[], [], []];
  const archive = `${home}/bare.sqsh`;
  await run('mksquashfs', [layout.imageRoot, archive, '-noappend', '-comp', 'lz4']);
  let ourSize = 0;
  for (let round = 0; round < rounds; round++) {
    const step = await packByAgent(home, layout);
    agent.push(step.seconds);
    ourSize = await mebibytes(step.archive);
    bare.push(await seconds(step.args.map((arg) => (arg === `${layout.archive}.partial` ? archive : arg))));
    if (round % 3 === 0)
      today.push(await seconds([layout.imageRoot, `${home}/today.sqsh`, '-noappend', '-quiet', '-no-progress']));
  }
  return { agent, bare, today, ourSize, todaysSize: await mebibytes(`${home}/today.sqsh`) };
}

/** The step from its phase's first line to that of the next phase, in the program as it ships. */
async function packByAgent(
  home: string,
  layout: Layout,
): Promise<{ seconds: number; archive: string; args: readonly string[] }> {
  await rm(layout.private, { recursive: true, force: true });
  await rm(`${home}/store`, { recursive: true, force: true });
  const agent = start(bundleOf('ims-agent'), ['run'], {
    IMS_ACTION: 'create',
    IMS_JOB_ID: '11111111-2222-4333-8444-555555555555',
    IMAGE_ROOT_PARENT: layout.parent,
    IMAGE_ROOT_ARCHIVE_NAME: 'bench',
    IMS_CA_DIR: `${home}/ca`,
    IMS_STORE: `${home}/store`,
    IMS_TERMINATION_LOG: `${home}/termination`,
    LOG_LEVEL: 'DEBUG',
  });
  const [from, to] = await Promise.all([agent.next(phase('Packaging')), agent.next(phase('Uploading'))]);
  await agent.stop('SIGKILL');
  const started = agent.lines.find((line) => line['program'] === 'mksquashfs' && Array.isArray(line['args']));
  return { seconds: (to - from) / 1000, archive: layout.archive, args: started?.['args'] as string[] };
}

async function seconds(args: readonly string[]): Promise<number> {
  const target = args[1] ?? '';
  await rm(target, { force: true });
  const at = performance.now();
  await run('mksquashfs', args, { cwd: dirname(target) });
  return (performance.now() - at) / 1000;
}

async function mebibytes(path: string): Promise<number> {
  return (await stat(path)).size / 1024 ** 2;
}
