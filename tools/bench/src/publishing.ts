// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { cp, mkdir, rename, rm } from 'node:fs/promises';
import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';

import { temporaryDirectory, type FakeIms } from '@ims/testing';
import { unpackDebian } from './debian.ts';
import { judge, median, type Figure } from './figure.ts';
import { touch } from './flags.ts';
import { makeJob, type Job } from './job.ts';
import { bundleOf, phase, start } from './program.ts';
import { rawPut } from './raw-put.ts';
import { emptyStore, startSite, type Site } from './site.ts';
import { inTurn, timed, timedProgram, writeBack } from './timing.ts';

/** Seconds of each way to publish, and the calls of each job. */
interface Runs {
  readonly ours: number[];
  readonly aws: number[];
  readonly raw: number[];
  readonly calls: number[];
}

/** Where a benchmark keeps what its rounds share. */
interface Bench {
  readonly site: Site;
  /** The tree of the image, wherever no job has it. */
  readonly tree: string;
  /** The files that the floors upload. */
  readonly files: string;
}

/** From the user's `complete` to the moment when IMS knows of the success, for a real Debian root. */
export async function measurePublishing(rounds: number): Promise<Figure[]> {
  const home = await temporaryDirectory('publishing');
  const bench = { site: await startSite(), tree: `${home}/debian`, files: `${home}/files` };
  await unpackDebian(bench.tree);
  const runs: Runs = { ours: [], aws: [], raw: [], calls: [] };
  // The first job fills the caches, and leaves what the floors upload.
  const first = await publish(bench, 'keep');
  for (let round = 0; round < rounds; round++) await measureRound(bench, { round, args: first.args }, runs);
  const name = 'complete → registered in IMS, p50';
  const ours = { name, value: median(runs.ours), unit: 's', samples: rounds } as const;
  return [
    judge({
      ...ours,
      floor: { name: 'bare mksquashfs, then AWS CLI', value: median(runs.aws) },
      target: { kind: 'at most', value: 1.15, of: 'ratio' },
    }),
    judge({ ...ours, floor: { name: 'bare mksquashfs, then bare parallel PUTs', value: median(runs.raw) } }),
    judge({ name: 'IMS calls of a job', value: median(runs.calls), unit: 'calls', samples: rounds }),
  ];
}

async function measureRound(
  bench: Bench,
  { round, args }: { readonly round: number; readonly args: readonly string[] },
  runs: Runs,
): Promise<void> {
  await inTurn(round, [
    async () => {
      const { seconds, calls } = await publish(bench, 'remove');
      runs.ours.push(seconds);
      runs.calls.push(calls);
    },
    async () => {
      const packed = await packBare(bench, args);
      const { aws, objects } = bench.site;
      const target = `s3://${objects.bucket}/${randomUUID()}/`;
      const copy = ['s3', 'cp', '--recursive', '--only-show-errors', bench.files, target];
      runs.aws.push(packed + (await timed(async () => await aws(...copy))));
      await emptyStore(bench.site);
    },
    async () => {
      const packed = await packBare(bench, args);
      runs.raw.push(packed + (await timed(async () => await rawPut(bench.site.objects, bench.files, randomUUID()))));
      await emptyStore(bench.site);
    },
  ]);
}

/** One whole job with both real containers. */
async function publish(
  { site, tree, files }: Bench,
  published: 'keep' | 'remove',
): Promise<{ seconds: number; calls: number; args: readonly string[] }> {
  const job = await makeJob({ jailed: false });
  const { volume } = job;
  await rm(volume.imageRoot, { recursive: true });
  await rename(tree, volume.imageRoot);
  const { id } = site.ims.addJob();
  const before = site.ims.calls.length;
  await writeBack();
  const { at, lines } = await complete(job, site, id);
  const seconds = (registeredAt(site.ims, id) - at) / 1000;
  const { args } = lines.find((line) => line['program'] === 'mksquashfs' && Array.isArray(line['args'])) ?? {};
  await rename(volume.imageRoot, tree);
  await rm(volume.parent, { recursive: true });
  const imageId = site.ims.jobs().find((record) => record.id === id)?.resultant_image_id ?? '';
  if (published === 'keep') await cp(`${site.bucketDirectory}/${imageId}`, files, { recursive: true });
  await emptyStore(site);
  return { seconds, calls: site.ims.calls.length - before, args: args as string[] };
}

async function complete(
  job: Job,
  site: Site,
  id: string,
): Promise<{ at: number; lines: readonly Readonly<Record<string, unknown>>[] }> {
  const env = { ...site.storeEnv, ...site.imsEnv, IMS_JOB_ID: id };
  const more = { KERNEL_PARAMETERS_FILENAME: 'kernel-parameters', LOG_LEVEL: 'DEBUG' };
  const agent = start(bundleOf('ims-agent'), ['run'], { ...job.agentEnv, ...env, ...more });
  const open = agent.next(phase('WaitingOnUser'));
  const sshd = start(bundleOf('ims-sshd'), ['run'], { ...job.sshdEnv, IMS_JOB_ID: id });
  await open;
  // The end of the login probe is still being told.
  await setTimeout(300);
  touch(job.volume.sentinel('complete'));
  const at = Date.now();
  const [code] = await Promise.all([agent.ended, sshd.ended]);
  if (code !== 0) throw new Error(`the agent ended with ${String(code)}: ${JSON.stringify(agent.lines.slice(-5))}`);
  return { at, lines: agent.lines };
}

/** The moment by the system's clock when IMS has taken the last word on a job. */
function registeredAt(ims: FakeIms, id: string): number {
  const last = ims.calls.findLast(
    ({ method, path, status }) => method === 'PATCH' && path === `/jobs/${id}` && status === 200,
  );
  const job = ims.jobs().find((record) => record.id === id);
  if (last === undefined || job?.status !== 'success') throw new Error('IMS does not know of the success');
  return last.at;
}

/** Packs as the agent does; the archive is one of the files that are uploaded. */
async function packBare({ tree, files }: Bench, args: readonly string[]): Promise<number> {
  const [, , ...options] = args;
  await mkdir(files, { recursive: true });
  await rm(`${files}/rootfs`, { force: true });
  await writeBack();
  return await timedProgram('mksquashfs', [tree, `${files}/rootfs`, ...options]);
}
