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
import { timedProgram } from './timing.ts';

const run = promisify(execFile);

/** Seconds of the parts of the agent's step, and of what each is compared with. */
interface Runs {
  /** From the first line of the phase to the end of mksquashfs. */
  readonly packed: number[];
  /** From there to the next phase: sums, and bytes and name made durable. */
  readonly summed: number[];
  readonly bare: number[];
  readonly md5sum: number[];
  readonly usual: number[];
  readonly ourSize: number;
  readonly usualSize: number;
}

/**
 * The agent's whole packing step on a real Debian root and its two parts, beside the programs that do the same. The sums
 * cannot begin before mksquashfs has ended: it writes the first bytes of an archive, its superblock, last.
 */
export async function measurePacking(rounds: number): Promise<Figure[]> {
  const home = await temporaryDirectory('packing');
  const layout = layoutOf({ parent: `${home}/volume`, action: 'create', jailed: false });
  await mkdir(`${home}/ca`);
  await writeFile(`${home}/ca/certificate_authority.crt`, 'no certificate, but copied as one\n');
  await unpackDebian(layout.imageRoot);
  const runs = await alternate(home, layout, rounds);
  const { packed, summed, bare, md5sum, usual, ourSize, usualSize } = runs;
  const [whole, floor] = [sumsOf(packed, summed), sumsOf(bare, md5sum)];
  const ours = { unit: 's', samples: rounds } as const;
  const atMost = (value: number) => ({ target: { kind: 'at most', value, of: 'ratio' } }) as const;
  return [
    judge({
      ...ours,
      name: 'packing step of the agent, p50',
      value: median(whole),
      floor: { name: 'mksquashfs with the same options, then md5sum', value: median(floor) },
      ...atMost(1.1),
    }),
    judge({
      ...ours,
      name: '… until mksquashfs has ended, p50',
      value: median(packed),
      floor: { name: 'mksquashfs with the same options', value: median(bare) },
      ...atMost(1.1),
    }),
    judge({
      ...ours,
      name: '… then md5, sha256 twice and durable, p50',
      value: median(summed),
      floor: { name: 'md5sum', value: median(md5sum) },
    }),
    judge({
      ...ours,
      name: "mksquashfs's defaults beside the agent's step, p50",
      value: median(usual),
      samples: usual.length,
      floor: { name: 'the step of the agent', value: median(whole) },
      target: { kind: 'at least', value: 8, of: 'ratio' },
    }),
    judge({
      name: 'archive of the agent',
      unit: 'MiB',
      samples: 1,
      value: ourSize,
      floor: { name: "archive by mksquashfs's defaults", value: usualSize },
      ...atMost(1),
    }),
  ];
}

function sumsOf(one: readonly number[], other: readonly number[]): readonly number[] {
  return one.map((seconds, at) => seconds + (other[at] ?? 0));
}

/** One after the other and again, so that a busy minute of the machine meets all of them. */
async function alternate(home: string, layout: Layout, rounds: number): Promise<Runs> {
  const runs = { packed: [], summed: [], bare: [], md5sum: [], usual: [] } as {
    [what in 'packed' | 'summed' | 'bare' | 'md5sum' | 'usual']: number[];
  };
  const [archive, usual] = [`${home}/bare.sqsh`, `${home}/usual.sqsh`];
  await run('mksquashfs', [layout.imageRoot, archive, '-noappend', '-comp', 'lz4']);
  let ourSize = 0;
  for (let round = 0; round < rounds; round++) {
    const step = await packByAgent(home, layout);
    runs.packed.push(step.packed);
    runs.summed.push(step.summed);
    ourSize = await mebibytes(step.archive);
    runs.bare.push(await seconds(step.args.map((arg) => (arg === `${layout.archive}.partial` ? archive : arg))));
    runs.md5sum.push(await timedProgram('md5sum', [archive]));
    if (round % 3 === 0)
      runs.usual.push(await seconds([layout.imageRoot, usual, '-noappend', '-quiet', '-no-progress']));
  }
  return { ...runs, ourSize, usualSize: await mebibytes(usual) };
}

/** The step from its phase's first line to that of the next phase, in the program as it ships. */
async function packByAgent(
  home: string,
  layout: Layout,
): Promise<{ packed: number; summed: number; archive: string; args: readonly string[] }> {
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
  const [from, ended, to] = await Promise.all([
    agent.next(phase('Packaging')),
    agent.next((line) => line['program'] === 'mksquashfs' && line['exitCode'] === 0),
    agent.next(phase('Uploading')),
  ]);
  await agent.stop('SIGKILL');
  const started = agent.lines.find((line) => line['program'] === 'mksquashfs' && Array.isArray(line['args']));
  const [packed, summed] = [(ended - from) / 1000, (to - ended) / 1000];
  return { packed, summed, archive: layout.archive, args: started?.['args'] as string[] };
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
